package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Duration;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.AttemptUsage;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListTasksRequest;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.ResourceUse;
import dev.hostler.proto.v1.UsageLeak;
import dev.hostler.proto.v1.UsageReport;
import dev.hostler.proto.v1.UsageSample;
import dev.hostler.proto.v1.UsageSummary;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Use: from agents' frames to the database and to operators. */
class UsageTest {
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

  private static UsageSample.Builder sample() {
    return UsageSample.newBuilder()
        .setWindow(Duration.newBuilder().setSeconds(10))
        .setCpuMicros(2_500_000)
        .setMemoryBytes(1 << 20);
  }

  private static void report(ScriptedAgent agent, UsageSample.Builder host, AttemptRef... refs) {
    UsageReport.Builder report = UsageReport.newBuilder().setHost(host);
    for (AttemptRef ref : refs) {
      report.addAttempts(AttemptUsage.newBuilder().setRef(ref).setSample(sample().setThreads(3)));
    }
    agent.send(AgentFrame.newBuilder().setUsage(report).build());
  }

  private List<Map<String, Object>> rows() {
    return engine.database.transact(transaction ->
        transaction
            .handle()
            .createQuery("SELECT * FROM usage_raw WHERE host_id = :host ORDER BY kind")
            .bind("host", host)
            .mapToMap()
            .list());
  }

  @Test
  void reportsOfAHostAndItsAttemptsAreKept() {
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    report(agent, sample(), ref, ref.toBuilder().setTaskId(UUID.randomUUID().toString()).build());
    await().until(() -> rows().size() == 2);

    Map<String, Object> whole = rows().getFirst();
    assertThat(whole)
        .containsEntry("cpu_seconds", 2.5)
        .containsEntry("memory_bytes", (double) (1 << 20))
        .containsEntry("seconds", 10.0)
        .containsEntry("threads", null)
        .containsEntry("task_id", null);
    assertThat(rows().getLast())
        .containsEntry("task_id", UUID.fromString(ref.getTaskId()))
        .containsEntry("job_id", job.id())
        .containsEntry("kind", 2)
        .containsEntry("threads", 3L);
    agent.close();
  }

  @Test
  void whatCannotBeTrueIsNotKnownAndWhatIsOfNoTimeIsPassedOver() {
    ScriptedAgent agent = engine.connect(host);
    report(agent, sample().clearWindow());
    report(agent, sample().setWindow(Duration.newBuilder().setSeconds(-5)));
    report(agent, sample().setCpuMicros(-1).setMemoryBytes(Long.MAX_VALUE));
    await().until(() -> !rows().isEmpty());
    assertThat(rows())
        .singleElement()
        .satisfies(row ->
            assertThat(row).containsEntry("cpu_seconds", null).containsEntry("memory_bytes", null));
    agent.close();
  }

  @Test
  void aResultTellsAllThatWasUsed() {
    UsageSummary summary =
        UsageSummary.newBuilder()
            .setSamples(12)
            .setUserMicros(7)
            .setCpuPeakMillis(1500)
            .setMemoryMeanBytes(8)
            .setProcessesPeak(9)
            .setThreadsPeak(10)
            .setFilesPeak(11)
            .setSocketsPeak(12)
            .setReadBytes(13)
            .setPeriods(100)
            .setThrottledPeriods(40)
            .setThrottledMicros(14)
            .setIoStalledMicros(15)
            .addLeaks(
                UsageLeak.newBuilder().setWhat("threads").setFrom(2).setTo(90).setPerMinute(4.5))
            .build();
    Job job = engine.submit(List.of(name));
    ScriptedAgent agent = engine.connect(host);
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.ended(
        ref,
        AttemptResult.newBuilder()
            .setOutcome(Outcome.OUTCOME_EXITED)
            .setUse(ResourceUse.newBuilder().setSummary(summary)));
    agent.awaitResultAck(ref);
    assertThat(
            JobServiceGrpc.newBlockingStub(engine.channel)
                .listTasks(ListTasksRequest.newBuilder().setJobId(job.id().toString()).build())
                .getTasks(0)
                .getResult()
                .getUse()
                .getSummary())
        .isEqualTo(summary);
    agent.close();
  }

  @Test
  void whoeverWatchesHasHostsReportMoreOften() {
    ScriptedAgent agent = engine.connect(host);
    engine.sessions.watchUsage(java.time.Duration.ofSeconds(2), java.time.Duration.ofSeconds(30));
    ControllerFrame wanted = agent.await(ControllerFrame::hasUsageWanted);
    assertThat(wanted.getUsageWanted().getEvery().getSeconds()).isEqualTo(2);
    assertThat(wanted.getUsageWanted().getLasting().getSeconds()).isEqualTo(30);
    agent.close();
  }
}
