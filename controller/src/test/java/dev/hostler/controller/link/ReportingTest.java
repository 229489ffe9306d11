package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.TaskState;
import dev.hostler.controller.output.OutputStore;
import dev.hostler.controller.output.Piece;
import dev.hostler.controller.output.Position;
import dev.hostler.controller.output.Stream;
import dev.hostler.controller.output.StreamId;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.OutputAck;
import dev.hostler.proto.v1.OutputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What agents report, through every kind of break. */
class ReportingTest {
  private static final dev.hostler.proto.v1.TaskState RUNNING =
      dev.hostler.proto.v1.TaskState.TASK_STATE_RUNNING;
  private static final dev.hostler.proto.v1.TaskState ASSIGNED =
      dev.hostler.proto.v1.TaskState.TASK_STATE_ASSIGNED;
  private static final dev.hostler.proto.v1.TaskState SUCCEEDED =
      dev.hostler.proto.v1.TaskState.TASK_STATE_SUCCEEDED;

  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private EngineFixture engine;
  private String name;
  private UUID host;

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    name = "h-" + UUID.randomUUID();
    host = engine.host(name);
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private byte[] stdout(UUID task, int attempt) {
    StreamId id = new StreamId(task, attempt, Stream.STDOUT);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List<Piece> pieces;
    do {
      Position from = new Position(id, all.size());
      pieces = engine.database.transact(tx -> new OutputStore().read(tx, List.of(from), 1 << 20));
      pieces.forEach(piece -> all.writeBytes(piece.data()));
    } while (!pieces.isEmpty());
    return all.toByteArray();
  }

  @Test
  void losesAndRepeatsNoByteThroughADisconnectAtEveryChunkBoundary() {
    byte[] bytes = new byte[50 * 997];
    new Random(1).nextBytes(bytes);
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    int sent = 0;
    int acknowledged = 0;
    for (int chunk = 0; chunk < 50; chunk++) {
      // What was under way when the connection broke is sent again from the acknowledged offset.
      agent.stdout(ref, sent, Arrays.copyOfRange(bytes, sent, sent + 997));
      if (chunk % 3 == 0) {
        agent.awaitAck(ref, sent + 997);
        acknowledged = sent + 997;
      }
      agent.crash();
      agent = ScriptedAgent.open(engine.channel, host);
      agent.hello(ScriptedAgent.held(ref, RUNNING));
      OutputAck resume =
          agent.await(ControllerFrame::hasWelcome).getWelcome().getOutputOffsetsList().stream()
              .filter(ack -> ack.getStream() == OutputStream.OUTPUT_STREAM_STDOUT)
              .findFirst()
              .orElseThrow();
      sent += 997;
      assertThat(resume.getOffset()).isBetween((long) acknowledged, (long) sent);
      for (int from = (int) resume.getOffset(); from < sent; from += 997) {
        agent.stdout(ref, from, Arrays.copyOfRange(bytes, from, from + 997));
      }
    }
    agent.exited(ref, 0, bytes.length);
    agent.awaitResultAck(ref);
    var task = engine.task(job.id());
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(task.result().outputError()).isEmpty();
    assertThat(stdout(task.id(), 1)).isEqualTo(bytes);
    agent.close();
  }

  @Test
  void dropsWhatAnOlderAttemptSays() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent first = engine.connect(host);
    first.slots(1);
    AttemptRef one = first.awaitAssignment().getRef();
    first.crash();
    // It never held the first attempt: it is queued again and becomes the second.
    ScriptedAgent second = engine.connect(host);
    second.slots(1);
    AttemptRef two = second.awaitAssignment().getRef();
    assertThat(two.getTaskId()).isEqualTo(one.getTaskId());
    assertThat(two.getAttempt()).isEqualTo(2);
    second.running(one);
    second.stdout(one, 0, "late".getBytes());
    second.exited(one, 1, 4);
    second.awaitResultAck(one);
    assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.ASSIGNED);
    second.running(two);
    second.exited(two, 0, 0);
    second.awaitResultAck(two);
    var task = engine.task(job.id());
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(task.attempt()).isEqualTo(2);
    assertThat(stdout(task.id(), 1)).isEmpty();
    second.close();
  }

  @Test
  void keepsToTheFirstEndThroughRepetitionsAndContradictions() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    agent.exited(ref, 3, 0);
    agent.exited(ref, 0, 0);
    agent.awaitResultAck(ref);
    agent.awaitResultAck(ref);
    agent.exited(ref, 0, 0);
    agent.awaitResultAck(ref);
    var task = engine.task(job.id());
    assertThat(task.state()).isEqualTo(TaskState.FAILED);
    assertThat(task.result().exitCode()).isEqualTo(3);
    assertThat(engine.engine.jobs().get(job.id()).counts().failed()).isEqualTo(1);
    agent.close();
  }

  @Test
  void acknowledgesAResultWhoseAcknowledgementWasLost() {
    engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.exited(ref, 0, 0);
    agent.awaitResultAck(ref);
    agent.crash();
    ScriptedAgent again = ScriptedAgent.open(engine.channel, host);
    again.hello(ScriptedAgent.held(ref, SUCCEEDED));
    assertThat(again.await(ControllerFrame::hasWelcome).getWelcome().getUnknownList()).isEmpty();
    again.exited(ref, 0, 0);
    again.awaitResultAck(ref);
    again.close();
  }

  @Test
  void losesWhatRanAndIsNotHeldAnyMore() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    await().until(() -> engine.task(job.id()).state() == TaskState.RUNNING);
    agent.crash();
    ScriptedAgent again = engine.connect(host);
    var task = engine.task(job.id());
    assertThat(task.state()).isEqualTo(TaskState.LOST);
    assertThat(task.message()).contains("without any record");
    // And an agent that finds it again after all is told to forget it.
    again.crash();
    ScriptedAgent third = ScriptedAgent.open(engine.channel, host);
    third.hello(ScriptedAgent.held(ref, RUNNING));
    assertThat(third.await(ControllerFrame::hasWelcome).getWelcome().getUnknownList())
        .containsExactly(ref);
    third.close();
  }

  @Test
  void tellsAHostToForgetWhatItMakesUp() {
    UUID other = engine.host("other-" + name);
    Job job = engine.submit(List.of("other-" + name));
    ScriptedAgent honest = engine.connect(other);
    honest.slots(1);
    AttemptRef ref = honest.awaitAssignment().getRef();
    AttemptRef invented =
        AttemptRef.newBuilder().setTaskId(UUID.randomUUID().toString()).setAttempt(1).build();
    ScriptedAgent thief = ScriptedAgent.open(engine.channel, host);
    thief.hello(ScriptedAgent.held(ref, SUCCEEDED), ScriptedAgent.held(invented, RUNNING));
    assertThat(thief.await(ControllerFrame::hasWelcome).getWelcome().getUnknownList())
        .containsExactlyInAnyOrder(ref, invented);
    thief.stdout(ref, 0, "forged".getBytes());
    thief.exited(ref, 0, 6);
    thief.awaitResultAck(ref);
    assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.ASSIGNED);
    honest.exited(ref, 7, 0);
    honest.awaitResultAck(ref);
    assertThat(engine.task(job.id()).result().exitCode()).isEqualTo(7);
    thief.close();
    honest.close();
  }

  @Test
  void takesARunningReportFromHello() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.crash();
    ScriptedAgent again = engine.connect(host, ScriptedAgent.held(ref, ASSIGNED));
    assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.ASSIGNED);
    again.crash();
    ScriptedAgent third = engine.connect(host, ScriptedAgent.held(ref, RUNNING));
    assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.RUNNING);
    third.exited(ref, 0, 0);
    third.awaitResultAck(ref);
    third.close();
  }

  @Test
  void keepsTheExitCodeWhenOutputIsMissing() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.stdout(ref, 0, new byte[10]);
    agent.exited(ref, 0, 1000);
    agent.awaitResultAck(ref);
    var task = engine.task(job.id());
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(task.result().outputError()).contains("1000 bytes of stdout").contains("were 10");
    agent.close();
  }

  @Test
  void storesTheWholeResult() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.ended(
        ref,
        AttemptResult.newBuilder()
            .setOutcome(Outcome.OUTCOME_SIGNALED)
            .setSignal(11)
            .setMessage("nul \0 in it")
            .setStartedAt(
                com.google.protobuf.Timestamp.newBuilder().setSeconds(1000).setNanos(5000))
            .setEndedAt(com.google.protobuf.Timestamp.newBuilder().setSeconds(Long.MIN_VALUE))
            .setStdoutDroppedBytes(5)
            .setUse(
                dev.hostler.proto.v1.ResourceUse.newBuilder()
                    .setCpuTime(com.google.protobuf.Duration.newBuilder().setSeconds(2))
                    .setMemoryPeakBytes(4096)
                    .setOomKills(1)
                    .setPidsDenied(2)));
    agent.awaitResultAck(ref);
    var result = engine.task(job.id()).result();
    assertThat(result.signal()).isEqualTo(11);
    assertThat(result.message()).isEqualTo("nul \uFFFD in it");
    assertThat(result.startedAt()).isEqualTo("1970-01-01T00:16:40.000005Z");
    assertThat(result.endedAt()).isNull();
    assertThat(result.stdout().droppedBytes()).isEqualTo(5);
    assertThat(result.use().cpuNanos()).isEqualTo(2_000_000_000L);
    assertThat(result.use().memoryPeakBytes()).isEqualTo(4096);
    agent.close();
  }

  @Test
  void asksForTheRestAfterAGap() {
    engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.stdout(ref, 5, new byte[5]);
    agent.awaitAck(ref, 0);
    agent.stdout(ref, 0, new byte[5]);
    agent.awaitAck(ref, 5);
    agent.exited(ref, 0, 5);
    agent.awaitResultAck(ref);
    agent.close();
  }
}
