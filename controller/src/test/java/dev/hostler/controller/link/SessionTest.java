package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.hostler.common.time.ManualTime;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobState;
import dev.hostler.controller.job.TaskState;
import dev.hostler.controller.job.WorkSettings;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AttemptEnded;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.AttemptRunning;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.Heartbeat;
import dev.hostler.proto.v1.HeldAttempt;
import dev.hostler.proto.v1.Hello;
import dev.hostler.proto.v1.HostFacts;
import dev.hostler.proto.v1.OutputChunk;
import dev.hostler.proto.v1.SlotGrant;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The stream itself: who may speak, in which order, and when it ends. */
class SessionTest {
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

  private static AgentFrame hello(int min, int max) {
    return AgentFrame.newBuilder()
        .setHello(Hello.newBuilder().setProtocolMin(min).setProtocolMax(max).setAgentVersion("9.9"))
        .build();
  }

  @Test
  void agreesOnTheProtocol() {
    ScriptedAgent agent = ScriptedAgent.open(engine.channel, host);
    agent.send(hello(0, 7));
    var welcome = agent.await(ControllerFrame::hasWelcome).getWelcome();
    assertThat(welcome.getProtocol()).isEqualTo(1);
    assertThat(welcome.getControllerVersion()).isEqualTo("test");
    assertThat(welcome.getHeartbeatInterval().getSeconds()).isEqualTo(10);
    assertThat(welcome.getOutputWindowBytes()).isPositive();
    agent.close();
  }

  @Test
  void refusesAnAgentThatIsTooOldOrTooNew() {
    ScriptedAgent old = ScriptedAgent.open(engine.channel, host);
    old.send(hello(0, 0));
    Status refused = old.awaitEnd();
    assertThat(refused.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(refused.getDescription())
        .contains("agent 9.9 speaks 0 to 0", "too old", "update the agent");
    ScriptedAgent newer = ScriptedAgent.open(engine.channel, host);
    newer.send(hello(2, 3));
    refused = newer.awaitEnd();
    assertThat(refused.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(refused.getDescription()).contains("too new", "update the controller");
    assertThat(engine.sessions.isConnected(host)).isFalse();
  }

  @Test
  void endsTheFirstStreamWhenTheHostOpensASecond() {
    ScriptedAgent first = engine.connect(host);
    ScriptedAgent second = engine.connect(host);
    Status end = first.awaitEnd();
    assertThat(end.getCode()).isEqualTo(Status.Code.ABORTED);
    assertThat(end.getDescription()).contains("newer stream");
    assertThat(engine.sessions.isConnected(host)).isTrue();
    second.send(
        AgentFrame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setSequence(1)).build());
    second.await(ControllerFrame::hasHeartbeat);
    second.close();
  }

  @Test
  void answersHeartbeatsAndIgnoresFramesItDoesNotKnow() {
    ScriptedAgent agent = engine.connect(host);
    agent.send(
        AgentFrame.newBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        99,
                        UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8("new"))
                            .build())
                    .build())
            .build());
    agent.send(
        AgentFrame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setSequence(42)).build());
    assertThat(agent.await(ControllerFrame::hasHeartbeat).getHeartbeat().getSequence())
        .isEqualTo(42);
    assertThat(engine.meters.get("hostler.heartbeats.late").timer().count()).isEqualTo(1);
    assertThat(engine.meters.get("hostler.heartbeats.late").timer().max(TimeUnit.SECONDS))
        .as("it came before it was due")
        .isZero();
    agent.close();
  }

  static Stream<Arguments> malformed() {
    AttemptRef good =
        AttemptRef.newBuilder().setTaskId(UUID.randomUUID().toString()).setAttempt(1).build();
    AttemptRef noId = AttemptRef.newBuilder().setTaskId("x").setAttempt(1).build();
    AttemptRef noNumber = good.toBuilder().setAttempt(0).build();
    AgentFrame.Builder frame = AgentFrame.newBuilder();
    return Stream.of(
        Arguments.of(frame.clone().setHello(Hello.newBuilder()), "hello"),
        Arguments.of(frame.clone().setSlots(SlotGrant.newBuilder()), "slots.slots: 0"),
        Arguments.of(frame.clone().setSlots(SlotGrant.newBuilder().setSlots(-1)), "slots.slots"),
        Arguments.of(
            frame.clone().setRunning(AttemptRunning.newBuilder().setRef(noId)),
            "running.ref.task_id: \"x\""),
        Arguments.of(
            frame.clone().setRunning(AttemptRunning.newBuilder().setRef(noNumber)),
            "running.ref.attempt: 0"),
        Arguments.of(
            frame.clone().setEnded(AttemptEnded.newBuilder().setRef(good)), "ended.result.outcome"),
        Arguments.of(
            frame
                .clone()
                .setEnded(
                    AttemptEnded.newBuilder()
                        .setRef(good)
                        .setResult(
                            AttemptResult.newBuilder().setOutcomeValue(1).setStdoutBytes(-1))),
            "ended.result.stdout_bytes"),
        Arguments.of(
            frame
                .clone()
                .setOutput(
                    OutputChunk.newBuilder()
                        .setRef(good)
                        .setStreamValue(9)
                        .setCodecValue(1)
                        .setLength(1)),
            "output: no stream has the number 9"),
        Arguments.of(
            frame
                .clone()
                .setOutput(
                    OutputChunk.newBuilder()
                        .setRef(good)
                        .setStreamValue(1)
                        .setCodecValue(1)
                        .setLength(2_000_000)),
            "output: length 2000000"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void closesTheStreamOnAMalformedFrameNamingTheField(AgentFrame.Builder frame, String field) {
    ScriptedAgent agent = engine.connect(host);
    agent.send(frame.build());
    Status end = agent.awaitEnd();
    assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(end.getDescription()).contains(field);
    await().until(() -> !engine.sessions.isConnected(host));
  }

  @Test
  void closesTheStreamOfAnAgentThatDoesNotSayHelloFirst() {
    ScriptedAgent agent = ScriptedAgent.open(engine.channel, host);
    agent.slots(1);
    assertThat(agent.awaitEnd().getDescription()).contains("hello: missing");
    ScriptedAgent bad = ScriptedAgent.open(engine.channel, host);
    bad.hello(HeldAttempt.newBuilder().setStateValue(1).build());
    assertThat(bad.awaitEnd().getDescription()).contains("hello.attempts.state: 1");
  }

  @Test
  void endsTheStreamAndTheWorkOfARemovedHostAtOnce() {
    Job job = engine.submit(List.of(name));
    Job queued = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    agent.running(agent.awaitAssignment().getRef());
    await().until(() -> engine.task(job.id()).state() == TaskState.RUNNING);
    engine.hosts.remove(Actor.operator("alice"), name);
    assertThat(agent.awaitEnd().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(engine.task(job.id()).state()).isEqualTo(TaskState.LOST);
    assertThat(engine.task(queued.id()).message()).contains("removed from the fleet");
    assertThat(engine.engine.jobs().get(job.id()).state()).isEqualTo(JobState.FAILED);
    ScriptedAgent again = ScriptedAgent.open(engine.channel, host);
    again.hello();
    assertThat(again.awaitEnd().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    await().until(() -> !engine.sessions.isConnected(host));
  }

  @Test
  void takesNewFacts() {
    ScriptedAgent agent = engine.connect(host);
    agent.send(
        AgentFrame.newBuilder()
            .setFacts(HostFacts.newBuilder().setOsId("alpine").setCpus(64).putLabels("role", "db"))
            .build());
    await().until(() -> engine.hosts.get(name).facts().osId().equals("alpine"));
    assertThat(engine.hosts.get(name).labels()).containsEntry("role", "db");
    agent.close();
  }

  @Test
  void sendsAgentsAwayWhenItGoesAway() {
    ScriptedAgent agent = engine.connect(host);
    agent.slots(5);
    engine.sessions.drain();
    assertThat(agent.await(ControllerFrame::hasDrain).getDrain().getReconnectAfter().getSeconds())
        .isEqualTo(1);
    engine.submit(List.of(name));
    ScriptedAgent late = ScriptedAgent.open(engine.channel, engine.host("late-" + name));
    late.hello();
    assertThat(late.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    engine.sessions.close();
    assertThat(agent.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(agent.others()).noneMatch(ControllerFrame::hasAssignment);
  }

  @Test
  void endsAStreamThatHasGoneSilent() {
    ManualTime time = new ManualTime();
    try (EngineFixture manual = new EngineFixture(DB.database(), WorkSettings.DEFAULT, time)) {
      ScriptedAgent agent = manual.connect(host);
      time.advance(Duration.ofSeconds(29));
      manual.sessions.closeSilent();
      agent.send(
          AgentFrame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setSequence(1)).build());
      agent.await(ControllerFrame::hasHeartbeat);
      time.advance(Duration.ofSeconds(29));
      manual.sessions.closeSilent();
      assertThat(manual.sessions.isConnected(host)).isTrue();
      await()
          .until(() -> {
            time.advance(Duration.ofSeconds(31));
            manual.sessions.closeSilent();
            return !manual.sessions.isConnected(host);
          });
      Status end = agent.awaitEnd();
      assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(end.getDescription()).contains("30 s");
    }
  }

  @Test
  void endsAStreamThatNeverSaysHello() {
    ManualTime time = new ManualTime();
    try (EngineFixture manual = new EngineFixture(DB.database(), WorkSettings.DEFAULT, time)) {
      ScriptedAgent mute = ScriptedAgent.open(manual.channel, host);
      await()
          .until(() -> {
            time.advance(Duration.ofSeconds(31));
            manual.sessions.closeSilent();
            return mute.hasEnded();
          });
      assertThat(mute.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void tellsFromTimeToTimeWhoIsAlive() throws InterruptedException {
    ManualTime time = new ManualTime();
    try (EngineFixture manual = new EngineFixture(DB.database(), WorkSettings.DEFAULT, time)) {
      var seen = new java.util.concurrent.LinkedBlockingQueue<java.util.Collection<UUID>>();
      manual.sessions.start(seen::add);
      ScriptedAgent agent = manual.connect(host);
      time.awaitSleepers(1);
      time.advance(Duration.ofSeconds(10));
      assertThat(seen.take()).containsExactly(host);
      agent.close();
      await().until(() -> !manual.sessions.isConnected(host));
      time.awaitSleepers(1);
      time.advance(Duration.ofSeconds(10));
      assertThat(seen.take()).as("seen until it left").containsExactly(host);
    }
  }
}
