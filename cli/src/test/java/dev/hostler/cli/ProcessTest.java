package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.event;
import static dev.hostler.cli.fake.Samples.host;
import static dev.hostler.cli.fake.Samples.running;
import static dev.hostler.cli.fake.Samples.stdout;
import static dev.hostler.cli.fake.Samples.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.proto.v1.CancelJobRequest;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.JobState;
import dev.hostler.proto.v1.ListHostsResponse;
import dev.hostler.proto.v1.TaskCounts;
import dev.hostler.proto.v1.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command as a real process: signals, terminals, closed streams, the start script. */
class ProcessTest extends CliTest {
  private static Path hostler;

  private final CountDownLatch cancelled = new CountDownLatch(1);

  @BeforeAll
  static void install() {
    hostler = Launched.install(shared.resolve("install"));
  }

  /** A job that prints and then runs until it is cancelled. */
  @BeforeEach
  void script() {
    controller.answer(JobServiceGrpc.getSubmitJobMethod(), request -> running(1));
    controller.answer(JobServiceGrpc.getGetJobMethod(), request -> running(1));
    controller.answer(
        JobServiceGrpc.getCancelJobMethod(),
        request -> {
          cancelled.countDown();
          return running(1);
        });
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          answers.onNext(event(running(1)));
          answers.onNext(event(task("a", TaskState.TASK_STATE_RUNNING)));
          answers.onNext(event(stdout("a", 0, "it runs\n")));
          try {
            cancelled.await();
          } catch (InterruptedException e) {
            return;
          }
          Job end = ended(0, 1).toBuilder().setState(JobState.JOB_STATE_CANCELLED).build();
          answers.onNext(event(task("a", TaskState.TASK_STATE_CANCELLED)));
          answers.onNext(event(end));
          answers.onCompleted();
        });
    controller.answer(
        HostServiceGrpc.getListHostsMethod(),
        request -> ListHostsResponse.newBuilder().addHosts(host("web-1")).build());
  }

  private static List<String> command(String... args) {
    List<String> command = new ArrayList<>(List.of(hostler.toString()));
    command.addAll(Arrays.asList(args));
    return command;
  }

  private Launched start(String... args) {
    return Launched.start(environment, command(args));
  }

  private Launched onTerminal(String... args) {
    environment.remove("NO_COLOR");
    return Launched.onTerminal(environment, command(args));
  }

  @Test
  void startsCleanlyThroughSymlinksFromAnywhere() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("h"), hostler);
    Path again = Files.createSymbolicLink(folder.resolve("again"), Path.of("h"));
    try (Launched run = Launched.start(environment, List.of(again.toString(), "host", "list"))) {
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.out()).contains("web-1");
      // No warning of the JVM either.
      assertThat(run.err()).isEmpty();
    }
    assertThat(link).isSymbolicLink();
  }

  @Test
  void saysWhenNothingIsBuilt() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.copy(hostler, bin.resolve("hostler"));
    try (Launched run =
        Launched.start(environment, List.of(bin.resolve("hostler").toString(), "--version"))) {
      assertThat(run.exitCode()).isEqualTo(3);
      assertThat(run.err()).contains("not built yet", "./mvnw");
    }
  }

  @Test
  void aDamagedCacheIsIgnored() throws IOException {
    Path cache = hostler.resolveSibling("../cli/target/hostler.aot").normalize();
    Files.writeString(cache, "no cache at all");
    try (Launched run = start("--version")) {
      assertThat(run.exitCode()).isZero();
      assertThat(run.out()).startsWith("hostler ");
      assertThat(run.err()).isEmpty();
    } finally {
      Files.delete(cache);
    }
  }

  @Test
  void withoutATerminalCtrlCDetaches() {
    try (Launched run = start("run", "--host", "a", "--", "x").awaitOut("it runs")) {
      run.signal("INT");
      assertThat(run.exitCode()).isEqualTo(130);
      assertThat(run.err())
          .contains("Detached; the job goes on", "hostler job watch job-1", "job cancel job-1");
      assertThat(controller.requests(CancelJobRequest.class)).isEmpty();
    }
  }

  @Test
  void aJobThatNobodyStartsIsNotSilent() {
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> answers.onNext(event(task("a", TaskState.TASK_STATE_QUEUED))));
    controller.answer(
        JobServiceGrpc.getSubmitJobMethod(),
        request ->
            running(1).toBuilder()
                .setCounts(TaskCounts.newBuilder().setTotal(1).setQueued(1))
                .build());
    try (Launched run = start("run", "--host", "a", "--", "x")) {
      org.awaitility.Awaitility.await()
          .atMost(java.time.Duration.ofSeconds(60))
          .until(() -> run.err().contains("no host has started yet"));
      run.signal("TERM");
      assertThat(run.exitCode()).isEqualTo(143);
    }
  }

  @Test
  void onATerminalCtrlCAsksAndCancels() {
    try (Launched run = onTerminal("run", "--host", "a", "--", "x").awaitOut("1 running")) {
      run.type("\u0003");
      run.awaitOut("Cancel the job (c)");
      run.type("c\n");
      assertThat(run.exitCode()).isEqualTo(130);
      assertThat(run.out()).contains("it runs", "cancelling", "1 failed", "cancelled");
      assertThat(controller.requests(CancelJobRequest.class))
          .extracting(CancelJobRequest::getJobId)
          .containsExactly("job-1");
    }
  }

  @Test
  void onATerminalTheSecondCtrlCDetaches() {
    try (Launched run = onTerminal("run", "--host", "a", "--", "x").awaitOut("1 running")) {
      run.type("\u0003");
      run.awaitOut("Cancel the job (c)");
      run.type("\u0003");
      assertThat(run.exitCode()).isEqualTo(130);
      assertThat(run.out()).contains("Detached; the job goes on");
      assertThat(controller.requests(CancelJobRequest.class)).isEmpty();
    }
  }

  @Test
  void onATerminalTheAnswerMayBeToGoOnOrToDetach() {
    try (Launched run = onTerminal("run", "--host", "a", "--", "x").awaitOut("1 running")) {
      run.type("\u0003");
      run.awaitOut("Cancel the job (c)");
      run.type("\n");
      int asked = run.out().indexOf("Cancel the job (c)");
      org.awaitility.Awaitility.await().until(() -> run.out().indexOf("1 running", asked) > 0);
      run.type("\u0003");
      org.awaitility.Awaitility.await()
          .until(() -> run.out().indexOf("Cancel the job (c)", asked + 1) > 0);
      run.type("d\n");
      assertThat(run.exitCode()).isEqualTo(130);
      assertThat(run.out()).contains("Detached; the job goes on");
    }
  }

  @Test
  void aWatchDetachesAndLogsJustEnd() {
    try (Launched run = start("job", "watch", "job-1").awaitOut("it runs")) {
      run.signal("INT");
      assertThat(run.exitCode()).isEqualTo(130);
      assertThat(run.err()).contains("Detached");
    }
    controller.stream(
        JobServiceGrpc.getReadOutputMethod(),
        (request, answers) -> answers.onNext(stdout("a", 0, "a line\n")));
    try (Launched run = start("job", "logs", "-f", "job-1").awaitOut("a line")) {
      run.signal("INT");
      assertThat(run.exitCode()).isEqualTo(130);
      assertThat(run.err()).isEmpty();
    }
  }

  @Test
  void aReaderThatGoesAwayEndsTheCommandQuietly() {
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          for (int i = 0; i < 2000; i++) {
            answers.onNext(event(stdout("a", i * 1000L, "y".repeat(999) + "\n")));
          }
        });
    try (Launched run =
        Launched.start(
            environment,
            List.of(
                "bash",
                "-c",
                "set -o pipefail; '" + hostler + "' run --host a -- yes | head -c 5"))) {
      assertThat(run.exitCode()).isEqualTo(141);
      assertThat(run.out()).isEqualTo("yyyyy");
      assertThat(run.err()).isEmpty();
      assertThat(controller.requests(CancelJobRequest.class)).isEmpty();
    }
  }

  @Test
  void aFullDiskIsALocalFailure() {
    try (Launched run =
        Launched.start(
            environment, List.of("sh", "-c", "'" + hostler + "' host list > /dev/full"))) {
      assertThat(run.exitCode()).isEqualTo(4);
      assertThat(run.err()).contains("cannot write to stdout", "No space left");
    }
  }

  @Test
  void coloursAndTablesAreForTerminals() {
    try (Launched run = onTerminal("host", "list")) {
      assertThat(run.exitCode()).isZero();
      assertThat(run.out()).contains("\033[1mNAME\033[0m", "\033[32mconnected\033[0m");
    }
    try (Launched run = start("host", "list")) {
      assertThat(run.exitCode()).isZero();
      assertThat(run.out()).doesNotContain("\033");
    }
    environment.put("NO_COLOR", "1");
    try (Launched run = Launched.onTerminal(environment, command("host", "list"))) {
      assertThat(run.exitCode()).isZero();
      assertThat(run.out()).contains("web-1").doesNotContain("\033");
    }
  }
}
