package dev.hostler.agent;

import static dev.hostler.agent.link.ScriptedController.command;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.agent.bundle.SignedBundle;
import dev.hostler.agent.link.ScriptedController;
import dev.hostler.agent.link.TestFleet;
import dev.hostler.agent.work.JobDraft;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.TaskState;
import dev.hostler.trust.job.JobWork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The agent as a process of its own: TLS, the real launcher, real kills. */
class AgentProcessTest {
  private TestFleet fleet;
  private ScriptedController controller;
  private AgentProcess agent;

  @BeforeEach
  void open() throws Exception {
    fleet = new TestFleet();
    controller = new ScriptedController(fleet::secure);
    agent = new AgentProcess(controller, "");
    agent.enrol(fleet);
    agent.start();
    awaitStream(1);
  }

  @AfterEach
  void close() throws Exception {
    agent.close();
    controller.close();
    assertThat(controller.problems).isEmpty();
  }

  private void awaitStream(int count) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> controller.hellos.size() >= count && controller.slots(controller.stream()) > 0);
  }

  private AttemptResult result(String key) {
    await().atMost(Duration.ofSeconds(30)).until(() -> controller.results.containsKey(key));
    return controller.results.get(key);
  }

  @Test
  void runsInTheSandboxAndReportsExitCodesSignalsAndMissingPrograms() throws Exception {
    controller.stream()
        .assign(
            JobDraft.command("sh", "-c", "id -u; env | sort; echo err >&2; exit 3")
                .env("MINE", "a b")
                .wire("t1", 1));
    AttemptResult result = result("t1.1");
    assertThat(result.getOutcome()).as(result.getMessage()).isEqualTo(Outcome.OUTCOME_EXITED);
    assertThat(result.getExitCode()).isEqualTo(3);
    assertThat(controller.stdout("t1.1"))
        .startsWith("64999\n")
        .contains(
            "MINE=a b\n", "HOSTLER_JOB_ID=job-t1\n", "HOSTLER_OPERATOR=ann\n", "LANG=C.UTF-8");
    assertThat(controller.stderr("t1.1")).isEqualTo("err\n");

    controller.stream().assign(command("t2", 1, "no-such-program"));
    assertThat(result("t2.1").getExitCode()).isEqualTo(127);
    controller.stream().assign(command("t3", 1, "/etc/passwd"));
    assertThat(result("t3.1").getExitCode()).isEqualTo(126);
    controller.stream().assign(command("t4", 1, "sh", "-c", "kill -SEGV $$"));
    assertThat(result("t4.1").getOutcome()).isEqualTo(Outcome.OUTCOME_SIGNALED);
    assertThat(result("t4.1").getSignal()).isEqualTo(11);
    controller.stream()
        .assign(JobDraft.command("sleep", "60").timeout(Duration.ofMillis(200)).wire("t5", 1));
    assertThat(result("t5.1").getOutcome()).isEqualTo(Outcome.OUTCOME_TIMED_OUT);
    controller.stream().assign(command("t6", 1, "sh", "-c", "sleep 60 & sleep 60"));
    await()
        .until(() -> controller.count(f -> f.getRunning().getRef().getTaskId().equals("t6")) == 1);
    controller.stream().cancel("t6", 1);
    assertThat(result("t6.1").getOutcome()).isEqualTo(Outcome.OUTCOME_CANCELLED);
    await().until(() -> isEmpty(agent.state.resolve("attempts")));
  }

  private static boolean isEmpty(Path folder) throws Exception {
    try (var files = Files.newDirectoryStream(folder)) {
      return !files.iterator().hasNext();
    }
  }

  @Test
  void killedDuringARunItFindsTheTrueExitCodeAndTheWholeOutput() throws Exception {
    controller.stream()
        .assign(
            command(
                "t1",
                1,
                "sh",
                "-c",
                "for i in $(seq 1 30); do seq 1 2000; sleep 0.1; done; exit 42"));
    await().until(() -> controller.output("t1.1", OutputStream.OUTPUT_STREAM_STDOUT).length > 0);
    for (int kills = 1; kills <= 3; kills++) {
      agent.kill();
      agent.start();
      awaitStream(kills + 1);
      assertThat(controller.hellos.get(kills).getAttempts(0).getRef().getTaskId()).isEqualTo("t1");
    }
    AttemptResult result = result("t1.1");
    assertThat(result.getOutcome()).as(result.getMessage()).isEqualTo(Outcome.OUTCOME_EXITED);
    assertThat(result.getExitCode()).isEqualTo(42);
    StringBuilder once = new StringBuilder();
    for (int i = 1; i <= 2000; i++) {
      once.append(i).append('\n');
    }
    assertThat(controller.stdout("t1.1")).isEqualTo(once.toString().repeat(30));
    assertThat(controller.count(AgentFrame::hasAccepted)).isGreaterThanOrEqualTo(1);
  }

  @Test
  void endedWhileNoAgentRanItIsReportedByTheNext() throws Exception {
    controller.stream().assign(command("t1", 1, "sh", "-c", "sleep 0.5; echo late; exit 9"));
    await().until(() -> controller.count(AgentFrame::hasRunning) == 1);
    agent.kill();
    await().until(() -> Files.exists(agent.state.resolve("attempts/t1.1/result")));
    agent.start();
    assertThat(result("t1.1").getExitCode()).isEqualTo(9);
    assertThat(controller.stdout("t1.1")).isEqualTo("late\n");
  }

  @Test
  void onSigtermItLeavesWhatRunsToItsShimAndExitsFast() throws Exception {
    controller.stream().assign(command("t1", 1, "sh", "-c", "sleep 1; echo done; exit 4"));
    await().until(() -> controller.count(AgentFrame::hasRunning) == 1);
    long before = System.nanoTime();
    assertThat(agent.terminate()).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
    agent.start();
    assertThat(result("t1.1").getExitCode()).isEqualTo(4);
    assertThat(controller.stdout("t1.1")).isEqualTo("done\n");
    assertThat(controller.hellos.getLast().getAttempts(0).getState())
        .isIn(
            TaskState.TASK_STATE_RUNNING,
            TaskState.TASK_STATE_ASSIGNED,
            TaskState.TASK_STATE_FAILED);
  }

  @Test
  void aSecondAgentOnTheSameStateDoesNotStart() throws Exception {
    StringBuilder said = new StringBuilder();
    assertThat(agent.main(said, "run", "--config", agent.config.toString())).isEqualTo(3);
    assertThat(said.toString()).contains("another agent runs");
  }

  private JobDraft draft(SignedBundle bundle, String action, String params) {
    controller.bundles.put(bundle.digest, bundle.bytes);
    return new JobDraft(new JobWork.Action("sample", "1.2.3", action, bundle.digest, params));
  }

  private dev.hostler.proto.v1.Assignment.Builder action(
      String task, SignedBundle bundle, String action, String params) {
    return draft(bundle, action, params).wire(task, 1).setBundleSize(bundle.bytes.length);
  }

  @Test
  void runsActionsOfBundlesThatItVerifiedItself() throws Exception {
    SignedBundle bundle =
        new SignedBundle(agent.root.resolve("made"), SignedBundle.TOML, java.time.Instant.now());
    controller.breakFetchAfter = 3000;
    controller.stream().assign(action("t1", bundle, "greet", "{\"name\":\"Ann\"}"));
    AttemptResult unpinned = result("t1.1");
    assertThat(unpinned.getOutcome()).isEqualTo(Outcome.OUTCOME_REFUSED);
    assertThat(unpinned.getRefusal())
        .isEqualTo(dev.hostler.proto.v1.RefusalReason.REFUSAL_REASON_BUNDLE_UNTRUSTED);
    assertThat(unpinned.getMessage()).contains("bundle-roots.pem");

    Files.createDirectories(agent.state.resolve("trust"));
    Files.copy(bundle.root, agent.state.resolve("trust/bundle-roots.pem"));
    controller.stream().assign(action("t2", bundle, "greet", "{\"name\":\"Ann\"}"));
    AttemptResult result = result("t2.1");
    assertThat(result.getOutcome()).as(result.getMessage()).isEqualTo(Outcome.OUTCOME_EXITED);
    assertThat(controller.stdout("t2.1"))
        .isEqualTo("--fixed Ann 2 yes {\"name\":\"Ann\",\"times\":2}\n/run/hostler/bundle\n");

    int fetches = controller.fetches.size();
    controller.stream()
        .assign(
            draft(bundle, "greet", "{\"name\":\"Ann\"}")
                .env("DECLARED", "replaced")
                .wire("t3", 1)
                .setBundleSize(bundle.bytes.length));
    result("t3.1");
    assertThat(controller.stdout("t3.1"))
        .as("a declared variable may be replaced")
        .startsWith("--fixed Ann 2 replaced");
    assertThat(controller.fetches).as("not fetched again").hasSize(fetches);

    controller.stream()
        .assign(
            draft(bundle, "greet", "{\"name\":\"Ann\"}")
                .env("LD_PRELOAD", "/tmp/x.so")
                .wire("t6", 1)
                .setBundleSize(bundle.bytes.length));
    assertThat(result("t6.1").getMessage()).contains("LD_PRELOAD", "DECLARED");

    controller.stream().assign(action("t4", bundle, "dance", "{}"));
    assertThat(result("t4.1").getRefusal())
        .isEqualTo(dev.hostler.proto.v1.RefusalReason.REFUSAL_REASON_ACTION_INVALID);
    assertThat(result("t4.1").getMessage()).contains("\"dance\"", "greet");
    controller.stream().assign(action("t5", bundle, "greet", "{\"nam\":1}"));
    assertThat(result("t5.1").getRefusal())
        .isEqualTo(dev.hostler.proto.v1.RefusalReason.REFUSAL_REASON_ACTION_INVALID);
    assertThat(result("t5.1").getMessage()).contains("params.name", "params.nam");
  }

  @Test
  void aBundleThatTheControllerChangedOrLacksIsRefusedWithTheReason() throws Exception {
    SignedBundle bundle =
        new SignedBundle(agent.root.resolve("made"), SignedBundle.TOML, java.time.Instant.now());
    Files.createDirectories(agent.state.resolve("trust"));
    Files.copy(bundle.root, agent.state.resolve("trust/bundle-roots.pem"));
    var assignment = action("t1", bundle, "greet", "{\"name\":\"Ann\"}");
    byte[] altered = bundle.bytes.clone();
    altered[altered.length - 2000] ^= 1;
    controller.bundles.put(bundle.digest, altered);
    controller.stream().assign(assignment);
    assertThat(result("t1.1").getRefusal())
        .isEqualTo(dev.hostler.proto.v1.RefusalReason.REFUSAL_REASON_BUNDLE_UNTRUSTED);
    var second = action("t2", bundle, "greet", "{}");
    controller.bundles.clear();
    controller.stream().assign(second);
    assertThat(result("t2.1").getRefusal())
        .isEqualTo(dev.hostler.proto.v1.RefusalReason.REFUSAL_REASON_BUNDLE_UNAVAILABLE);
    assertThat(result("t2.1").getMessage()).contains("no such bundle");
    assertThat(result("t2.1").hasStartedAt()).isFalse();
  }

  @Test
  void anActionGoesOnThroughAKillWithItsBundleInPlace() throws Exception {
    SignedBundle bundle =
        new SignedBundle(
            agent.root.resolve("made"),
            SignedBundle.TOML.replace(
                "argv = [\"bin/greet\", \"--fixed\"]", "argv = [\"bin/greet\", \"slow\"]"),
            java.time.Instant.now(),
            null,
            "#!/bin/sh\nfor i in 1 2 3 4 5 6; do sleep 0.3; wc -l < words; done; exit 6\n");
    Files.createDirectories(agent.state.resolve("trust"));
    Files.copy(bundle.root, agent.state.resolve("trust/bundle-roots.pem"));
    controller.stream().assign(action("t1", bundle, "greet", "{\"name\":\"Ann\"}"));
    await().until(() -> controller.count(AgentFrame::hasRunning) == 1);
    agent.kill();
    agent.start();
    assertThat(result("t1.1").getExitCode()).as(result("t1.1").getMessage()).isEqualTo(6);
    assertThat(controller.stdout("t1.1")).isEqualTo("3000\n".repeat(6));
  }

  @Test
  void aFullDiskLosesOutputAndSaysSoButNotTheExitCode() throws Exception {
    agent.kill();
    Path attempts = agent.state.resolve("attempts");
    Files.createDirectories(attempts);
    mount("mount", "-t", "tmpfs", "-o", "size=2m", "hostler-test", attempts.toString());
    try {
      agent.start();
      awaitStream(2);
      controller.stream()
          .assign(command("t1", 1, "sh", "-c", "head -c 8000000 /dev/urandom; exit 5"));
      AttemptResult result = result("t1.1");
      assertThat(result.getOutcome()).as(result.getMessage()).isEqualTo(Outcome.OUTCOME_EXITED);
      assertThat(result.getExitCode()).isEqualTo(5);
      assertThat(result.getOutputError()).contains("not kept").contains("disk was full");
      assertThat(result.getStdoutBytes()).isLessThan(2 << 20).isPositive();
      assertThat(controller.output("t1.1", OutputStream.OUTPUT_STREAM_STDOUT))
          .hasSize((int) result.getStdoutBytes());
      await().until(() -> isEmpty(attempts));
      controller.stream().assign(command("t2", 1, "echo", "again"));
      result("t2.1");
      assertThat(controller.stdout("t2.1")).isEqualTo("again\n");
      agent.kill();
    } finally {
      mount("umount", attempts.toString());
    }
  }

  private static void mount(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
  }
}
