package dev.hostler.lab.bench;

import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.Stack;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.LimitHit;
import dev.hostler.proto.v1.ListTasksRequest;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.Task;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Programs on one host that take all they can get, all at once: each must end for the right reason,
 * and the agent must stay as lively as ever.
 */
public final class Exhaustion {
  private static final Duration ALLOWED = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Pattern LATEST =
      Pattern.compile("(?m)^hostler_heartbeats_late_seconds_max ([0-9.E-]+)$");
  private static final long NANOS = 1_000_000_000;

  /** What to give an agent so that all of them run at once: sections of agent.toml. */
  public static final String AGENT = "\n[policy]\nmax_parallel = 64\n";

  /** What to give a controller: sections of controller.toml. */
  public static final String CONTROLLER = "\n[heartbeat]\ninterval = \"1s\"\n";

  /** What a program takes all of. */
  public enum Kind {
    /** Forks without end. */
    FORKS("exec perl -e 'fork while 1'", Limit.PIDS),
    /** Fills memory. */
    MEMORY("exec perl -e 'push @a, \"x\" x (1048576 + @a) while 1'", Limit.MEMORY),
    /** Fills its scratch. */
    SCRATCH("while :; do cat /dev/zero >>/tmp/x; done 2>/dev/null", Limit.TMP),
    /** Writes as fast as it can. */
    OUTPUT("exec yes", Limit.OUTPUT),
    /** Opens files without end. */
    FILES(
        "exec perl -e 'while (1) { push @f, $f if open($f, \"<\", \"/dev/null\"); undef $f }'",
        Limit.OPEN_FILES);

    private final String script;
    private final Limit limit;

    Kind(String script, Limit limit) {
      this.script = script;
      this.limit = limit;
    }

    /** Is this how one of them must end? */
    boolean rightly(AttemptResult result) {
      boolean named =
          result.getLimitsHitList().stream()
              .anyMatch(hit -> hit.getLimit().equals(limit.key()) && hit.getCount() > 0);
      Outcome wanted = this == MEMORY ? Outcome.OUTCOME_OUT_OF_MEMORY : Outcome.OUTCOME_TIMED_OUT;
      return named && result.getOutcome() == wanted;
    }
  }

  /**
   * What came of it.
   *
   * @param ended how many of each kind ended for the right reason
   * @param wrong the others, in words
   * @param latestHeartbeat how much later than due the latest heartbeat came
   * @param slowestProbe how long the slowest job took that did nothing
   * @param probes how many of these there were
   * @param left what was left on the host
   * @param took from the first submission to the last end
   */
  public record Report(
      Map<Kind, Integer> ended,
      List<String> wrong,
      Duration latestHeartbeat,
      Duration slowestProbe,
      int probes,
      List<String> left,
      Duration took) {}

  private final Stack stack;
  private final AgentHost host;
  private final OperatorClient client;
  private Duration latest = Duration.ZERO;
  private Duration slowest = Duration.ZERO;
  private int probes;

  private Exhaustion(Stack stack, AgentHost host, OperatorClient client) {
    this.stack = stack;
    this.host = host;
    this.client = client;
  }

  /**
   * Runs so many of each kind at once.
   *
   * @param host started with {@link #AGENT}, of a controller with {@link #CONTROLLER}
   */
  public static Report run(Stack stack, AgentHost host, int each)
      throws IOException, InterruptedException {
    try (OperatorClient client = new OperatorClient(stack)) {
      return new Exhaustion(stack, host, client).run(each);
    }
  }

  private Report run(int each) throws IOException, InterruptedException {
    List<Path> groups = host.cgroups();
    long begin = System.nanoTime();
    Map<String, Kind> jobs = new TreeMap<>();
    for (int i = 0; i < each; i++) {
      for (Kind kind : Kind.values()) {
        jobs.put(submit(kind.script, ALLOWED, limits()).getId(), kind);
      }
    }
    Map<String, Task> over = new TreeMap<>();
    while (over.size() < jobs.size() && System.nanoTime() - begin < PATIENCE.toNanos()) {
      probe();
      heartbeat();
      jobs.keySet().stream()
          .filter(id -> !over.containsKey(id))
          .map(this::task)
          .filter(Task::hasResult)
          .forEach(task -> over.put(task.getJobId(), task));
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    Map<Kind, Integer> ended = new EnumMap<>(Kind.class);
    List<String> wrong = new ArrayList<>();
    jobs.forEach((id, kind) -> {
      Task task = over.get(id);
      if (task != null && kind.rightly(task.getResult())) {
        ended.merge(kind, 1, Integer::sum);
      } else {
        wrong.add(kind + ": " + (task == null ? "has not ended" : words(task)));
      }
    });
    return new Report(ended, wrong, latest, slowest, probes, left(groups), took);
  }

  private static Limits limits() {
    return Limits.of(
        Map.of(
            Limit.MEMORY,
            48L << 20,
            Limit.PIDS,
            32L,
            Limit.TMP,
            8L << 20,
            Limit.OUTPUT,
            1L << 20,
            Limit.OPEN_FILES,
            256L,
            Limit.GRACE,
            1000L));
  }

  private Job submit(String script, Duration timeout, Limits limits) {
    JobWork work =
        new JobWork.Command(List.of("/bin/sh", "-c", script), JobWork.Command.DEFAULT_USER);
    return client
        .jobs()
        .submitJob(client.job("name == \"" + host.name() + "\"", work, timeout, limits));
  }

  private Task task(String job) {
    return client.jobs().listTasks(ListTasksRequest.newBuilder().setJobId(job).build()).getTasks(0);
  }

  /** A job that does nothing, from its submission to its end. */
  @SuppressWarnings("BusyWait") // polls another process
  private void probe() throws InterruptedException {
    long begin = System.nanoTime();
    String job = submit("exit 0", ALLOWED, Limits.NONE).getId();
    while (!task(job).hasResult() && System.nanoTime() - begin < PATIENCE.toNanos()) {
      Thread.sleep(20);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    slowest = took.compareTo(slowest) > 0 ? took : slowest;
    probes++;
  }

  private void heartbeat() throws IOException {
    Matcher late = LATEST.matcher(stack.metrics());
    if (late.find()) {
      Duration max = Duration.ofNanos((long) (Double.parseDouble(late.group(1)) * NANOS));
      latest = max.compareTo(latest) > 0 ? max : latest;
    }
  }

  private static String words(Task task) {
    AttemptResult result = task.getResult();
    return "%s %s exit code %d, limits %s"
        .formatted(
            result.getOutcome(),
            result.getMessage(),
            result.getExitCode(),
            result.getLimitsHitList().stream().map(LimitHit::getLimit).toList());
  }

  /** Groups and folders of attempts that are still there when the controller has all results. */
  private List<String> left(List<Path> before) throws IOException, InterruptedException {
    Path attempts = host.folder().resolve("state/attempts");
    List<String> left = List.of("not looked");
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!left.isEmpty() && System.nanoTime() < end) {
      List<String> found = new ArrayList<>();
      host.cgroups().stream()
          .filter(group -> !before.contains(group))
          .map(Path::toString)
          .forEach(found::add);
      if (Files.exists(attempts)) {
        try (Stream<Path> folders = Files.list(attempts)) {
          folders.map(Path::toString).forEach(found::add);
        }
      }
      left = found;
      Thread.sleep(200);
    }
    return left;
  }

  private static void remove(Path data) {
    try (Stream<Path> all = Files.walk(data)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.err.println("left behind: " + data + ": " + e);
    }
  }

  /** Prints what came of ten of each kind. */
  public static void main(String[] arguments) throws Exception {
    int each = arguments.length == 0 ? 10 : Integer.parseInt(arguments[0]);
    Path data = Files.createTempDirectory("hostler-exhaustion-");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(data)));
    boolean wrong;
    try (Stack stack = Stack.start(Stack.checkout(), data, CONTROLLER)) {
      AgentHost host = stack.addAgent("exhausted", AGENT);
      Report report = run(stack, host, each);
      System.out.printf(
          "attempts of each kind that ended for the right reason: %s%n", report.ended());
      report.wrong().forEach(System.out::println);
      System.out.printf(
          "the latest heartbeat came %d ms late%n", report.latestHeartbeat().toMillis());
      System.out.printf(
          "of %d jobs that did nothing meanwhile, the slowest took %d ms%n",
          report.probes(), report.slowestProbe().toMillis());
      System.out.printf("left behind: %s%nall in %d s%n", report.left(), report.took().toSeconds());
      wrong = !report.wrong().isEmpty() || !report.left().isEmpty();
    }
    if (wrong) {
      System.exit(1);
    }
  }
}
