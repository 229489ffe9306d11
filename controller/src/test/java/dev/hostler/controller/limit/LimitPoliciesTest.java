package dev.hostler.controller.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditEntry;
import dev.hostler.controller.audit.AuditFilter;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.link.EngineFixture;
import dev.hostler.controller.link.ScriptedAgent;
import dev.hostler.controller.link.TestBundles;
import dev.hostler.controller.link.TestJob;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.Assignment;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.DecidedLimit;
import dev.hostler.proto.v1.GetLimitsRequest;
import dev.hostler.proto.v1.HostFacts;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.LimitHit;
import dev.hostler.proto.v1.LimitPolicy;
import dev.hostler.proto.v1.LimitServiceGrpc;
import dev.hostler.proto.v1.Limits;
import dev.hostler.proto.v1.ListLimitPoliciesRequest;
import dev.hostler.proto.v1.ListTasksRequest;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.SetLimitsRequest;
import dev.hostler.trust.job.JobWork;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Policies: set over the operator port, and what hosts are told of them. */
class LimitPoliciesTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  @TempDir Path folder;
  private EngineFixture engine;
  private String name;
  private UUID host;
  private LimitServiceGrpc.LimitServiceBlockingStub limits;

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    name = "h-" + UUID.randomUUID();
    host = engine.host(name);
    limits =
        LimitServiceGrpc.newBlockingStub(engine.channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() {
    for (dev.hostler.controller.limit.LimitPolicy left : engine.limits.list()) {
      engine.limits.set(
          "alice",
          left.scope(),
          left.subject(),
          dev.hostler.trust.limits.Limits.NONE,
          left.limits().values().keySet());
    }
    engine.close();
  }

  private LimitPolicy set(LimitScope scope, String subject, Limits.Builder values) {
    return limits.setLimits(
        SetLimitsRequest.newBuilder()
            .setScopeValue(scope.code())
            .setSubject(subject)
            .setLimits(values)
            .build());
  }

  private static Limits.Builder memory(long mib) {
    return Limits.newBuilder().setMemoryBytes(mib << 20);
  }

  private List<LimitPolicy> listed() {
    return limits
        .listLimitPolicies(ListLimitPoliciesRequest.getDefaultInstance())
        .getPoliciesList();
  }

  @Test
  void aPolicyIsSetChangedAndCleared() {
    Instant before = Instant.now().minusSeconds(1);
    LimitPolicy first = set(LimitScope.HOST, name.toUpperCase(), memory(64).setPids(7));
    assertThat(first.getSubject()).isEqualTo(host.toString());
    assertThat(first.getName()).isEqualTo(name);
    assertThat(first.getChangedBy()).isEqualTo("alice");
    assertThat(first.getChangedAt().getSeconds()).isGreaterThanOrEqualTo(before.getEpochSecond());
    set(LimitScope.FLEET, "", memory(512));
    set(LimitScope.HOST, name, memory(32));
    assertThat(listed())
        .extracting(LimitPolicy::getLimits)
        .containsExactly(memory(512).build(), memory(32).setPids(7).build());
    LimitPolicy cleared =
        limits.setLimits(
            SetLimitsRequest.newBuilder()
                .setScopeValue(LimitScope.HOST.code())
                .setSubject(name)
                .addClear("memory")
                .addClear("pids")
                .build());
    assertThat(cleared.getLimits()).isEqualTo(Limits.getDefaultInstance());
    assertThat(listed()).hasSize(1);
    AuditEntry last =
        DB.database()
            .transact(transaction ->
                engine.audit.list(
                    transaction,
                    new AuditFilter(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("limits.set"),
                        Optional.empty()),
                    OptionalLong.empty(),
                    1))
            .getFirst();
    assertThat(last.subject()).isEqualTo("host:" + host);
    assertThat(last.details()).contains("memory").contains("pids");
  }

  @Test
  void hostsAreToldTheLowestOfAllThatHold() throws Exception {
    TestBundles bundles = new TestBundles(folder);
    byte[] file = Files.readAllBytes(bundles.signed("limited", "1.0.0", 100));
    try (var upload = engine.bundles.begin(file.length)) {
      upload.append(java.nio.ByteBuffer.wrap(file));
      upload.finish("alice", _ -> {});
    }
    set(LimitScope.FLEET, "", memory(512).setCpuTimeMs(9000));
    set(LimitScope.BUNDLE, "limited", memory(600).setPids(5));
    set(LimitScope.BUNDLE, "another", memory(1 << 5));
    set(LimitScope.HOST, name, memory(256));
    String manifest = engine.bundles.get("limited", "").digest();
    try (ScriptedAgent agent = engine.connect(host)) {
      agent.slots(2);
      engine.submit(
          new TestJob(
              Instant.now(),
              new JobWork.Action(
                  "limited",
                  "1.0.0",
                  engine.bundles.manifest(engine.bundles.get("limited", "")).actions().firstKey(),
                  manifest,
                  "{\"name\":\"x\"}")),
          List.of(name));
      assertThat(agent.awaitAssignment().getLimits())
          .isEqualTo(memory(256).setCpuTimeMs(9000).setPids(5).build());
      engine.submit(List.of(name));
      assertThat(agent.awaitAssignment().getLimits())
          .as("a command has no bundle")
          .isEqualTo(memory(256).setCpuTimeMs(9000).build());
    }
    List<DecidedLimit> decided =
        limits
            .getLimits(GetLimitsRequest.newBuilder().setBundle("limited").setHost(name).build())
            .getDecidedList();
    assertThat(decided)
        .anySatisfy(one -> {
          assertThat(one.getLimit()).isEqualTo("memory");
          assertThat(one.getSetBy()).isEqualTo("bundle");
          assertThat(one.getValue()).isEqualTo(256 << 20);
        })
        .anySatisfy(one -> {
          assertThat(one.getLimit()).isEqualTo("cpu_time");
          assertThat(one.getSetBy()).isEqualTo("fleet policy");
        })
        .anySatisfy(one -> {
          assertThat(one.getLimit()).isEqualTo("pids");
          assertThat(one.getSetBy()).isEqualTo("bundle policy");
        });
    assertThat(limits.getLimits(GetLimitsRequest.newBuilder().setHost(name).build()).getLimits())
        .isEqualTo(memory(256).setCpuTimeMs(9000).build());
  }

  @Test
  void whatAHostSaysOfItsOwnPolicyCounts() {
    set(LimitScope.FLEET, "", memory(512).setPids(9));
    try (ScriptedAgent agent = engine.connect(host)) {
      agent.send(
          AgentFrame.newBuilder()
              .setFacts(
                  HostFacts.newBuilder()
                      .setHostname("h")
                      .setLimits(memory(128).setPids(60).setTimeoutMs(0)))
              .build());
      await()
          .untilAsserted(() ->
              assertThat(
                      limits
                          .getLimits(GetLimitsRequest.newBuilder().setHost(name).build())
                          .getDecidedList())
                  .extracting(one -> one.getLimit() + " " + one.getSetBy())
                  .containsExactly("memory host", "pids fleet policy"));
    }
  }

  @Test
  void whatAnAttemptCameUpAgainstIsKeptAndShown() {
    Job job = engine.submit(List.of(name));
    LimitHit hit =
        LimitHit.newBuilder()
            .setLimit("memory")
            .setValue(64 << 20)
            .setCount(3)
            .setSetBy("policy")
            .setEnded(true)
            .build();
    LimitHit odd = LimitHit.newBuilder().setLimit("cpu").setValue(-1).setShare(7).build();
    try (ScriptedAgent agent = engine.connect(host)) {
      agent.slots(1);
      Assignment assignment = agent.awaitAssignment();
      assertThat(assignment.hasLimits()).isTrue();
      agent.ended(
          assignment.getRef(),
          AttemptResult.newBuilder()
              .setOutcome(Outcome.OUTCOME_OUT_OF_MEMORY)
              .addLimitsHit(hit)
              .addLimitsHit(odd));
      agent.awaitResultAck(assignment.getRef());
    }
    AttemptResult shown =
        JobServiceGrpc.newBlockingStub(engine.channel)
            .listTasks(ListTasksRequest.newBuilder().setJobId(job.id().toString()).build())
            .getTasks(0)
            .getResult();
    assertThat(shown.getLimitsHitList())
        .containsExactly(hit, LimitHit.newBuilder().setLimit("cpu").build());
  }

  @Test
  void aRemovedHostHasNoPolicy() {
    set(LimitScope.HOST, name, memory(64));
    engine.hosts.remove(Actor.operator("alice"), name);
    assertThat(listed()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, x, memory, scope",
    "1, x, memory, subject",
    "2, Not A Name, memory, subject",
    "3, no-such-host, memory, no such host",
    "1, '', '', limits: none are given",
    "1, '', colour, use one of memory",
  })
  void mistakesAreNamed(int scope, String subject, String clear, String message) {
    SetLimitsRequest.Builder request =
        SetLimitsRequest.newBuilder().setScopeValue(scope).setSubject(subject);
    if (!clear.isEmpty()) {
      request.addClear(clear);
    }
    assertThatThrownBy(() -> limits.setLimits(request.build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining(message);
  }

  @Test
  void valuesOutOfRangeAreNamedAndBothWaysAtOnceIsNone() {
    assertThatThrownBy(() -> set(LimitScope.FLEET, "", memory(1)))
        .hasMessageContaining("limits.memory: 1048576 bytes is out of range");
    assertThatThrownBy(() -> set(LimitScope.FLEET, "", Limits.newBuilder().setTimeoutMs(0)))
        .hasMessageContaining("limits.timeout");
    assertThatThrownBy(() ->
            limits.setLimits(
                SetLimitsRequest.newBuilder()
                    .setScopeValue(1)
                    .setLimits(memory(64))
                    .addClear("memory")
                    .build()))
        .hasMessageContaining("also set");
    assertThatThrownBy(
            () -> limits.getLimits(GetLimitsRequest.newBuilder().setAction("go").build()))
        .hasMessageContaining("bundle: is empty");
    assertThat(listed()).isEmpty();
    assertThatThrownBy(() -> LimitScope.of(9)).isInstanceOf(IllegalArgumentException.class);
  }
}
