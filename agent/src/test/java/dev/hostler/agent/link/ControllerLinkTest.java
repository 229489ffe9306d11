package dev.hostler.agent.link;

import static dev.hostler.agent.link.ScriptedController.command;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.agent.work.JobDraft;
import dev.hostler.agent.work.JobPolicy;
import dev.hostler.agent.work.Workbench;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.RefusalReason;
import dev.hostler.proto.v1.TaskState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One attempt after the other against a scripted controller: what the agent says, and when. */
class ControllerLinkTest {
  @TempDir Path dir;
  private ScriptedController controller;
  private Rig rig;

  @BeforeEach
  void open() throws Exception {
    controller = new ScriptedController();
    rig = new Rig(dir, controller);
  }

  @AfterEach
  void close() throws Exception {
    rig.close();
    controller.close();
    assertThat(controller.problems).isEmpty();
  }

  private void connect() throws Exception {
    rig.start();
    awaitStreams(1);
  }

  private void awaitStreams(int count) {
    await().until(() -> controller.hellos.size() >= count);
    await().until(() -> controller.slots(controller.stream()) > 0);
  }

  private AttemptResult result(String key) {
    await().atMost(Duration.ofSeconds(20)).until(() -> controller.results.containsKey(key));
    return controller.results.get(key);
  }

  @Test
  void runsACommandAndReportsEachStepInOrder() throws Exception {
    connect();
    controller.stream().assign(command("t1", 1, "sh", "-c", "echo out; echo err >&2; exit 3"));
    AttemptResult result = result("t1.1");
    assertThat(result.getOutcome()).isEqualTo(Outcome.OUTCOME_EXITED);
    assertThat(result.getExitCode()).isEqualTo(3);
    assertThat(result.getStdoutBytes()).isEqualTo(4);
    assertThat(controller.stdout("t1.1")).isEqualTo("out\n");
    assertThat(controller.stderr("t1.1")).isEqualTo("err\n");
    assertThat(
            controller.frames.stream()
                .map(AgentFrame::getFrameCase)
                .filter(c -> c != AgentFrame.FrameCase.SLOTS))
        .containsSubsequence(
            AgentFrame.FrameCase.HELLO,
            AgentFrame.FrameCase.ACCEPTED,
            AgentFrame.FrameCase.RUNNING,
            AgentFrame.FrameCase.OUTPUT,
            AgentFrame.FrameCase.OUTPUT,
            AgentFrame.FrameCase.ENDED);
    await().until(() -> rig.ledger.entries().isEmpty());
    await().until(() -> Files.notExists(dir.resolve("attempts/t1.1")));
  }

  @Test
  void grantsAsManySlotsAsItHasAndOneMoreForEachThatIsForgotten() throws Exception {
    connect();
    assertThat(controller.slots(controller.stream())).isEqualTo(4);
    controller.stream().assign(command("t1", 1, "true"));
    result("t1.1");
    await().until(() -> controller.slots(controller.stream()) == 5);
    controller.ackResults = false;
    controller.stream().assign(command("t2", 1, "true"));
    result("t2.1");
    await().during(Duration.ofMillis(100)).until(() -> controller.slots(controller.stream()) == 5);
    controller.stream().ackResult("t2", 1);
    await().until(() -> controller.slots(controller.stream()) == 6);
  }

  @Test
  void aTaskWithoutASlotEndsTheStream() throws Exception {
    rig.maxParallel = 1;
    connect();
    controller.stream().assign(command("t1", 1, "sleep", "30"));
    controller.stream().assign(command("t2", 1, "true"));
    await().until(() -> controller.hellos.size() == 2);
    assertThat(controller.hellos.get(1).getAttemptsList())
        .extracting(held -> held.getRef().getTaskId())
        .containsExactly("t1");
    controller.stream().cancel("t1", 1);
    result("t1.1");
    assertThat(rig.executor.started).extracting(id -> id.taskId()).containsExactly("t1");
  }

  @Test
  void aDuplicateIsDroppedAndItsPresentStateReportedAgain() throws Exception {
    connect();
    Path go = dir.resolve("go");
    var assignment =
        command("t1", 1, "sh", "-c", "echo x; until [ -e " + go + " ]; do sleep 0.01; done");
    controller.stream().assign(assignment);
    await().until(() -> controller.count(AgentFrame::hasRunning) == 1);
    controller.stream().assign(assignment);
    await().until(() -> controller.count(AgentFrame::hasRunning) == 2);
    controller.ackResults = false;
    Files.createFile(go);
    result("t1.1");
    controller.stream().assign(assignment);
    await().until(() -> controller.count(AgentFrame::hasEnded) == 2);
    controller.stream().ackResult("t1", 1);
    await().until(() -> rig.ledger.entries().isEmpty());
    controller.stream().assign(assignment);
    await().until(() -> controller.slots(controller.stream()) == 4 + 4);
    await().during(Duration.ofMillis(100)).until(() -> rig.executor.started.size() == 1);
    assertThat(controller.stdout("t1.1")).isEqualTo("x\n");
  }

  @Test
  void anEarlierTryIsNotRunAfterALaterOne() throws Exception {
    connect();
    controller.stream().assign(command("t1", 2, "true"));
    result("t1.2");
    controller.stream().assign(command("t1", 1, "true"));
    await().until(() -> controller.slots(controller.stream()) == 6);
    assertThat(rig.executor.started).hasSize(1);
  }

  @Test
  void aLaterTryIsRefusedWhileAnEarlierOneRuns() throws Exception {
    connect();
    controller.stream().assign(command("t1", 1, "sleep", "30"));
    await().until(() -> controller.count(AgentFrame::hasRunning) == 1);
    controller.stream().assign(command("t1", 2, "true"));
    assertThat(result("t1.2").getRefusal()).isEqualTo(RefusalReason.REFUSAL_REASON_EXHAUSTED);
    assertThat(result("t1.2").getMessage()).contains("attempt 1");
    controller.stream().cancel("t1", 1);
    assertThat(result("t1.1").getOutcome()).isEqualTo(Outcome.OUTCOME_CANCELLED);
  }

  @Test
  void doesNotStartWhatHasExpired() throws Exception {
    connect();
    controller.stream()
        .assign(JobDraft.command("true").expires(Instant.now().minusSeconds(5)).wire("t1", 1));
    AttemptResult result = result("t1.1");
    assertThat(result.getOutcome()).isEqualTo(Outcome.OUTCOME_REFUSED);
    assertThat(result.getRefusal()).isEqualTo(RefusalReason.REFUSAL_REASON_EXPIRED);
    assertThat(result.getMessage()).contains("not to be started after");
    assertThat(rig.executor.started).isEmpty();
  }

  @Test
  void refusesCommandsWherePolicySaysSo() throws Exception {
    rig.policy =
        new JobPolicy(new JobPolicy.Rules(false, List.of("*"), List.of("*")), new TreeMap<>());
    connect();
    controller.stream().assign(command("t1", 1, "true"));
    AttemptResult result = result("t1.1");
    assertThat(result.getRefusal()).isEqualTo(RefusalReason.REFUSAL_REASON_POLICY);
    assertThat(result.getMessage()).contains("policy.commands");
    assertThat(rig.executor.started).isEmpty();
  }

  @Test
  void refusesWhatNobodySigned() throws Exception {
    connect();
    controller.stream().assign(command("t1", 1, "true").clearJob());
    assertThat(result("t1.1").getRefusal()).isEqualTo(RefusalReason.REFUSAL_REASON_JOB_UNSIGNED);
    assertThat(rig.executor.started).isEmpty();
  }

  @Test
  void aTaskIdThatCouldLeaveItsDirectoryIsDropped() throws Exception {
    connect();
    controller.stream().assign(command("../../etc", 1, "true"));
    controller.stream().assign(command("t1", 0, "true"));
    controller.stream().assign(command("t2", 1, "true"));
    result("t2.1");
    await().until(() -> controller.slots(controller.stream()) == 4 + 3);
    assertThat(rig.executor.started).extracting(id -> id.taskId()).containsExactly("t2");
  }

  @Test
  void cancelsBeforeTheStartAndAfterIt() throws Exception {
    connect();
    var gate = new java.util.concurrent.CountDownLatch(1);
    rig.executor.beforeStart =
        () -> {
          try {
            gate.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    controller.stream().assign(command("t1", 1, "true"));
    await().until(() -> controller.count(AgentFrame::hasAccepted) == 1);
    controller.stream().cancel("t1", 1);
    controller.stream().cancel("nobody", 1);
    controller.stream().send(ControllerFrame.getDefaultInstance());
    await().until(() -> controller.stream().frames.size() >= 3);
    await().pollDelay(Duration.ofMillis(50)).until(() -> true);
    gate.countDown();
    assertThat(result("t1.1").getOutcome()).isEqualTo(Outcome.OUTCOME_CANCELLED);
    assertThat(result("t1.1").hasStartedAt()).isFalse();
    assertThat(rig.executor.started).isEmpty();

    controller.stream().assign(command("t2", 1, "sleep", "30"));
    await().until(() -> controller.count(AgentFrame::hasRunning) == 1);
    controller.stream().cancel("t2", 1);
    assertThat(result("t2.1").getOutcome()).isEqualTo(Outcome.OUTCOME_CANCELLED);
    assertThat(result("t2.1").hasStartedAt()).isTrue();
  }

  @Test
  void anUnackedEndIsSentAgainOnEachStreamUntilItIsAcknowledged() throws Exception {
    controller.ackResults = false;
    connect();
    controller.stream().assign(command("t1", 1, "echo", "hi"));
    result("t1.1");
    controller.stream().end(io.grpc.Status.UNAVAILABLE);
    awaitStreams(2);
    assertThat(controller.hellos.get(1).getAttempts(0).getState())
        .isEqualTo(TaskState.TASK_STATE_SUCCEEDED);
    await().until(() -> controller.count(AgentFrame::hasEnded) == 2);
    rig.stop();
    rig.start();
    awaitStreams(3);
    await().until(() -> controller.count(AgentFrame::hasEnded) == 3);
    controller.stream().ackResult("t1", 1);
    await().until(() -> rig.ledger.entries().isEmpty());
    assertThat(rig.executor.started).hasSize(1);
    assertThat(controller.stdout("t1.1")).isEqualTo("hi\n");
  }

  @Test
  void runningWorkGoesOnThroughARestartAndIsReportedWhole() throws Exception {
    connect();
    Path go = dir.resolve("go");
    controller.stream()
        .assign(
            command(
                "t1",
                1,
                "sh",
                "-c",
                "echo a; until [ -e " + go + " ]; do sleep 0.01; done; echo b; exit 7"));
    await().until(() -> controller.stdout("t1.1").equals("a\n"));
    rig.stop();
    Files.createFile(go);
    await().until(() -> Files.exists(dir.resolve("attempts/t1.1/exit")));
    rig.start();
    AttemptResult result = result("t1.1");
    assertThat(result.getExitCode()).isEqualTo(7);
    assertThat(controller.stdout("t1.1")).isEqualTo("a\nb\n");
    assertThat(rig.executor.started).hasSize(1);
  }

  @Test
  void whatWasAcceptedButNotStartedWaitsForAControllerThatStillWantsIt() throws Exception {
    rig.ledger = dev.hostler.agent.work.Ledger.open(dir.resolve("ledger"), rig.time);
    for (String task : java.util.List.of("wanted", "unwanted")) {
      rig.ledger.accept(JobDraft.accepted(task, "true"), "boot-1");
    }
    rig.ledger.close();
    controller.welcome = w -> w.addUnknown(ScriptedController.ref("unwanted", 1));
    connect();
    assertThat(controller.hellos.getFirst().getAttemptsList())
        .extracting(held -> held.getState())
        .containsOnly(TaskState.TASK_STATE_ASSIGNED);
    assertThat(result("wanted.1").getOutcome()).isEqualTo(Outcome.OUTCOME_EXITED);
    await().until(() -> rig.ledger.entries().isEmpty());
    assertThat(rig.executor.started).extracting(id -> id.taskId()).containsExactly("wanted");
    assertThat(controller.results).containsOnlyKeys("wanted.1");
  }

  @Test
  void afterARestartOfTheHostNothingIsStartedThatMayHaveRun() throws Exception {
    rig.ledger = dev.hostler.agent.work.Ledger.open(dir.resolve("ledger"), rig.time);
    rig.ledger.accept(JobDraft.accepted("t1", "true"), "an earlier boot");
    rig.ledger.close();
    connect();
    assertThat(result("t1.1").getOutcome()).isEqualTo(Outcome.OUTCOME_SANDBOX_FAILED);
    assertThat(result("t1.1").getMessage()).contains("host was restarted");
    assertThat(rig.executor.started).isEmpty();
  }

  @Test
  void whatTheControllerDoesNotKnowIsEndedAndForgotten() throws Exception {
    connect();
    controller.stream().assign(command("t1", 1, "sh", "-c", "echo a; sleep 30"));
    await().until(() -> controller.stdout("t1.1").equals("a\n"));
    controller.welcome = w -> w.addUnknown(ScriptedController.ref("t1", 1));
    controller.stream().end(io.grpc.Status.UNAVAILABLE);
    awaitStreams(2);
    await().until(() -> rig.ledger.entries().isEmpty());
    await().until(() -> Files.notExists(dir.resolve("attempts/t1.1")));
    await().until(() -> controller.slots(controller.stream()) == 4);
    assertThat(controller.results).isEmpty();
  }

  @Test
  void outputKeepsWithinTheWindowAndGoesOnWithEachAcknowledgement() throws Exception {
    controller.ackOutput = false;
    controller.window = 1000;
    connect();
    controller.stream().assign(command("t1", 1, "sh", "-c", "head -c 2500 /dev/zero"));
    await().until(() -> controller.stdout("t1.1").length() == 1000);
    await().during(Duration.ofMillis(150)).until(() -> controller.stdout("t1.1").length() == 1000);
    assertThat(controller.results).as("not before its output").isEmpty();
    controller.stream().ackOutput("t1", 1, OutputStream.OUTPUT_STREAM_STDOUT, 600);
    await().until(() -> controller.stdout("t1.1").length() == 1600);
    controller.stream().ackOutput("t1", 1, OutputStream.OUTPUT_STREAM_STDOUT, 1600);
    await().until(() -> controller.stdout("t1.1").length() == 2500);
    assertThat(controller.results).as("not before the last byte is acknowledged").isEmpty();
    controller.stream().ackOutput("t1", 1, OutputStream.OUTPUT_STREAM_STDOUT, 2500);
    assertThat(result("t1.1").getStdoutBytes()).isEqualTo(2500);
  }

  @Test
  void noByteIsLostOrRepeatedHoweverOftenTheStreamBreaks() throws Exception {
    var chunks = new java.util.concurrent.atomic.AtomicInteger();
    controller.window = 300_000;
    connect();
    // Every third chunk breaks the stream; every other time its acknowledgement is lost as well.
    controller.onFrame =
        frame -> {
          if (frame.hasOutput()) {
            int n = chunks.incrementAndGet();
            controller.ackOutput = n % 6 != 0;
            if (n % 3 == 0) {
              controller.stream().end(io.grpc.Status.UNAVAILABLE.withDescription("on purpose"));
            }
          }
        };
    controller.stream().assign(command("t1", 1, "sh", "-c", "seq 1 400000; seq 400001 500000 >&2"));
    await().atMost(Duration.ofSeconds(60)).until(() -> controller.results.containsKey("t1.1"));
    controller.onFrame = _ -> {};
    assertThat(controller.hellos.size()).isGreaterThan(5);
    var out = new StringBuilder();
    for (int i = 1; i <= 400_000; i++) {
      out.append(i).append('\n');
    }
    assertThat(controller.stdout("t1.1")).isEqualTo(out.toString());
    out.setLength(0);
    for (int i = 400_001; i <= 500_000; i++) {
      out.append(i).append('\n');
    }
    assertThat(controller.stderr("t1.1")).isEqualTo(out.toString());
  }

  @Test
  void binaryOutputAndNoOutputArriveAsTheyAre() throws Exception {
    connect();
    controller.stream()
        .assign(
            command(
                "t1", 1, "sh", "-c", "head -c 3000000 /dev/urandom | tee " + dir.resolve("copy")));
    controller.stream().assign(command("t2", 1, "true"));
    result("t1.1");
    assertThat(controller.output("t1.1", OutputStream.OUTPUT_STREAM_STDOUT))
        .isEqualTo(Files.readAllBytes(dir.resolve("copy")));
    assertThat(result("t2.1").getStdoutBytes()).isZero();
  }

  @Test
  void outputThatCannotBeReadDoesNotChangeTheExitCode() throws Exception {
    controller.ackOutput = false;
    controller.window = 1000;
    connect();
    Path go = dir.resolve("go");
    controller.stream()
        .assign(
            command(
                "t1",
                1,
                "sh",
                "-c",
                "head -c 5000 /dev/zero; until [ -e " + go + " ]; do sleep 0.01; done"));
    await().until(() -> controller.stdout("t1.1").length() == 1000);
    Files.createFile(go);
    await().until(() -> rig.ledger.entries().getFirst().result() != null);
    try (var file =
        new java.io.RandomAccessFile(dir.resolve("attempts/t1.1/stdout").toFile(), "rw")) {
      file.setLength(1500);
    }
    controller.ackOutput = true;
    controller.stream().ackOutput("t1", 1, OutputStream.OUTPUT_STREAM_STDOUT, 1000);
    AttemptResult result = result("t1.1");
    assertThat(result.getOutcome()).isEqualTo(Outcome.OUTCOME_EXITED);
    assertThat(result.getExitCode()).isZero();
    assertThat(result.getStdoutBytes()).isEqualTo(1500);
    assertThat(result.getStdoutDroppedBytes()).isEqualTo(3500);
    assertThat(result.getOutputError()).contains("stdout").contains("1500");
  }

  @Test
  void aSilentControllerCountsAsGone() throws Exception {
    controller.heartbeatMillis = 40;
    connect();
    await().until(() -> controller.count(AgentFrame::hasHeartbeat) > 5);
    assertThat(controller.hellos).hasSize(1);
    controller.answerHeartbeats = false;
    awaitStreams(2);
  }

  @Test
  void aControllerThatDoesNotAnswerHelloCountsAsGone() throws Exception {
    rig.answerWithin = Duration.ofMillis(100);
    controller.onFrame =
        frame -> {
          if (frame.hasHello()) {
            throw new IllegalStateException("no answer");
          }
        };
    rig.start();
    await().until(() -> controller.streams.size() >= 3);
  }

  @Test
  void factsAreSentAgainWhenTheyChange() throws Exception {
    controller.heartbeatMillis = 20;
    connect();
    assertThat(controller.hellos.getFirst().getFacts().getHostname()).isEqualTo("h1");
    await().until(() -> controller.count(AgentFrame::hasHeartbeat) > 5);
    assertThat(controller.count(AgentFrame::hasFacts)).isZero();
    rig.hostname = "h2";
    await().until(() -> controller.count(f -> f.getFacts().getHostname().equals("h2")) == 1);
  }

  @Test
  void refusesAProtocolItDoesNotSpeak() throws Exception {
    controller.welcome = w -> w.setProtocol(controller.hellos.size() < 2 ? 9 : 1);
    rig.start();
    await().until(() -> controller.hellos.size() >= 3);
    assertThat(controller.slots(controller.streams.get(0))).isZero();
    assertThat(controller.slots(controller.streams.get(1))).isZero();
    await().until(() -> controller.slots(controller.stream()) == 4);
  }

  @Test
  void aControllerKilledDuringARunFindsAllOfItAgain() throws Exception {
    connect();
    Path go = dir.resolve("go");
    controller.stream()
        .assign(
            command(
                "t1",
                1,
                "sh",
                "-c",
                "echo a; until [ -e " + go + " ]; do sleep 0.01; done; echo b; exit 5"));
    await().until(() -> controller.stdout("t1.1").equals("a\n"));
    controller.stop();
    Files.createFile(go);
    await().until(() -> rig.ledger.entries().getFirst().result() != null);
    controller.start();
    assertThat(result("t1.1").getExitCode()).isEqualTo(5);
    assertThat(controller.stdout("t1.1")).isEqualTo("a\nb\n");
  }

  @Test
  void goesToTheNextControllerWhenOneIsGone() throws Exception {
    try (var second = new ScriptedController()) {
      rig.controllers = java.util.List.of(controller.address(), second.address());
      connect();
      controller.stop();
      await().until(() -> !second.hellos.isEmpty());
    }
  }

  @Test
  void aDrainIsHonoured() throws Exception {
    connect();
    long before = System.nanoTime();
    controller.stream()
        .send(
            ControllerFrame.newBuilder()
                .setDrain(
                    dev.hostler.proto.v1.Drain.newBuilder()
                        .setReconnectAfter(
                            com.google.protobuf.Duration.newBuilder().setNanos(300_000_000)))
                .build());
    awaitStreams(2);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(300));
  }

  @Test
  void heldStatesNameTheOutcome() {
    assertThat(
            java.util.stream.Stream.of(dev.hostler.agent.attempt.Outcome.values())
                .map(o ->
                    ToWire.held(
                            new Workbench.HeldState(
                                new dev.hostler.agent.attempt.AttemptId("t", 1), false, o, 1))
                        .getState()))
        .containsExactly(
            TaskState.TASK_STATE_FAILED,
            TaskState.TASK_STATE_FAILED,
            TaskState.TASK_STATE_FAILED,
            TaskState.TASK_STATE_TIMED_OUT,
            TaskState.TASK_STATE_CANCELLED,
            TaskState.TASK_STATE_REFUSED,
            TaskState.TASK_STATE_FAILED);
  }

  @Test
  void streamsThatTheWelcomeDoesNotNameAreSentFromTheirStart() throws Exception {
    connect();
    controller.onFrame =
        frame -> {
          if (frame.hasOutput()) {
            throw new IllegalStateException("lost on its way to the store");
          }
        };
    controller.stream().assign(command("t1", 1, "sh", "-c", "echo a; echo b >&2"));
    await().until(() -> controller.count(AgentFrame::hasOutput) > 0);
    controller.welcome = w -> w.clearOutputOffsets();
    controller.onFrame = _ -> {};
    assertThat(result("t1.1").getStdoutBytes()).isEqualTo(2);
    assertThat(controller.stdout("t1.1")).isEqualTo("a\n");
    assertThat(controller.stderr("t1.1")).isEqualTo("b\n");
  }
}
