package dev.hostler.lab.bench;

import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Prints a table of what the built product does on this machine. Run by {@code lab/measure}. */
public final class Measure {
  private static final String ALL = "all";
  private static final int WARM = 1300;
  private static final Set<String> PARTS =
      new LinkedHashSet<>(List.of("latency", "output", "programs", "fleet"));

  private Measure() {}

  /**
   * Runs the measurements.
   *
   * @param args {@code --only PART} for one part of them, and how many agents the fleet row starts;
   *     default 100
   */
  public static void main(String[] args) throws Exception {
    Set<String> parts = PARTS;
    int hosts = 100;
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--only") && i + 1 < args.length && PARTS.contains(args[i + 1])) {
        parts = Set.of(args[++i]);
      } else if (args[i].matches("[1-9][0-9]{0,3}")) {
        hosts = Integer.parseInt(args[i]);
      } else {
        System.err.printf("lab/measure: '%s' is neither --only %s nor a number%n", args[i], PARTS);
        System.exit(2);
      }
    }
    Path data = Files.createTempDirectory("hostler-measure-");
    System.out.println("| what | seen |\n|---|---|");
    try (Stack stack = Stack.start(Stack.checkout(), data)) {
      AgentHost first = stack.addAgent("host-000");
      try (OperatorClient client = new OperatorClient(stack)) {
        row("agent, proportional set size at its start", pss(first) + " MB");
        if (parts.contains("latency")) {
          latency(client);
        }
        if (parts.contains("output")) {
          output(client);
        }
        if (parts.contains("programs")) {
          programs(stack);
        }
        row("agent, proportional set size after the above", pss(first) + " MB");
        if (parts.contains("fleet")) {
          fleet(stack, client, hosts);
        }
      }
    }
  }

  private static void row(String what, String seen) {
    System.out.println("| " + what + " | " + seen + " |");
  }

  /** Both as found just after a start and as it stays: a JVM compiles what it does often. */
  private static void latency(OperatorClient client) {
    latency(client, "first 200 jobs");
    for (int i = 0; i < WARM; i++) {
      JobTimes.command(client, ALL, "/bin/echo", "hi");
    }
    latency(client, "200 jobs after " + (200 + WARM));
  }

  private static void latency(OperatorClient client, String when) {
    Samples started = new Samples();
    Samples output = new Samples();
    Samples ended = new Samples();
    for (int i = 0; i < 200; i++) {
      JobTimes times = JobTimes.command(client, ALL, "/bin/echo", "hi");
      started.add(times.started());
      output.add(times.firstOutput());
      ended.add(times.ended());
    }
    row("submit → process started, as a client sees it, " + when, started.row());
    row("submit → first output byte at the client, " + when, output.row());
    row("submit → job ended at the client, " + when, ended.row());
  }

  private static void output(OperatorClient client) {
    for (boolean read : List.of(false, true)) {
      String way = read ? ", plugin → durable → client" : ", plugin → durable";
      outputOf(client, "1 GB of repeating text" + way, "yes 0123456789abcdef", read);
      outputOf(client, "1 GB of random bytes" + way, "cat /dev/urandom", read);
    }
  }

  private static void outputOf(OperatorClient client, String what, String source, boolean read) {
    long size = 1_000_000_000;
    JobTimes times =
        JobTimes.command(client, read, ALL, "/bin/sh", "-c", source + " | head -c " + size);
    if (read && times.bytes() != size) {
      throw new IllegalStateException(times.bytes() + " bytes arrived, not " + size);
    }
    double seconds = times.ended() / 1e9;
    row(what, String.format(Locale.ROOT, "%.1f s, %.0f MB/s", seconds, size / 1e6 / seconds));
  }

  private static void programs(Stack stack) {
    for (List<String> call : List.of(List.of("--version"), List.of("host", "list"))) {
      Samples samples = new Samples();
      for (int i = -3; i < 20; i++) {
        long begin = System.nanoTime();
        int exitCode = stack.cliCall(call).result().exitCode();
        if (exitCode != 0) {
          throw new IllegalStateException("hostler " + call + " ended with " + exitCode);
        }
        if (i >= 0) {
          samples.add(System.nanoTime() - begin);
        }
      }
      row("`hostler " + String.join(" ", call) + "` as a whole process", samples.row());
    }
  }

  private static void fleet(Stack stack, OperatorClient client, int hosts) throws Exception {
    List<AgentHost> agents = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      List<Future<AgentHost>> starting = new ArrayList<>();
      for (int i = 1; i < hosts; i++) {
        String name = String.format(Locale.ROOT, "host-%03d", i);
        starting.add(pool.submit(() -> stack.addAgent(name)));
      }
      for (Future<AgentHost> agent : starting) {
        agents.add(agent.get());
      }
    }
    Samples ended = new Samples();
    for (int i = -3; i < 10; i++) {
      JobTimes times = JobTimes.command(client, ALL, "/bin/echo", "hi");
      if (i >= 0) {
        ended.add(times.ended());
      }
    }
    row(hosts + " agent processes, `echo hi` on all, submit → job ended", ended.row());
    long total = 0;
    for (AgentHost agent : agents) {
      total += pss(agent);
    }
    row("their mean proportional set size", total / Math.max(1, agents.size()) + " MB");
  }

  private static long pss(AgentHost agent) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + agent.daemon().pid() + "/smaps_rollup")).stream()
        .filter(line -> line.startsWith("Pss:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }
}
