package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.hostler.common.time.ManualTime;
import dev.hostler.controller.audit.AuditFilter;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.WorkSettings;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.Alert;
import dev.hostler.proto.v1.AlertRule;
import dev.hostler.proto.v1.AlertServiceGrpc;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.AttemptUsage;
import dev.hostler.proto.v1.BundleUsage;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.FleetUsage;
import dev.hostler.proto.v1.GetBundleUsageRequest;
import dev.hostler.proto.v1.GetFleetUsageRequest;
import dev.hostler.proto.v1.GetHostUsageRequest;
import dev.hostler.proto.v1.HostUsage;
import dev.hostler.proto.v1.ListAlertRulesRequest;
import dev.hostler.proto.v1.ListAlertsRequest;
import dev.hostler.proto.v1.ListAlertsResponse;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.RemoveAlertRuleRequest;
import dev.hostler.proto.v1.ResourceUse;
import dev.hostler.proto.v1.SetAlertRuleRequest;
import dev.hostler.proto.v1.TrendCondition;
import dev.hostler.proto.v1.UsageLeak;
import dev.hostler.proto.v1.UsageReport;
import dev.hostler.proto.v1.UsageSample;
import dev.hostler.proto.v1.UsageServiceGrpc;
import dev.hostler.proto.v1.UsageSummary;
import dev.hostler.trust.job.JobWork;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What operators are told of use, and the alerts on it; with a clock of the test's own. */
class UsageServiceTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private final ManualTime time = new ManualTime();
  private EngineFixture engine;
  private String name;
  private UUID host;
  private ScriptedAgent agent;
  private UsageServiceGrpc.UsageServiceBlockingStub usage;
  private AlertServiceGrpc.AlertServiceBlockingStub alerts;

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database(), WorkSettings.DEFAULT, time);
    DB.database().execute(tx -> tx.handle().execute("UPDATE alert_turn SET looked_at = 'epoch'"));
    name = "h-" + UUID.randomUUID();
    host = engine.host(name);
    agent = engine.connect(host);
    usage = UsageServiceGrpc.newBlockingStub(engine.channel);
    alerts = AlertServiceGrpc.newBlockingStub(engine.channel);
  }

  @AfterEach
  void stop() {
    agent.close();
    engine.close();
  }

  private static UsageSample.Builder sample(long used) {
    return UsageSample.newBuilder()
        .setWindow(Duration.newBuilder().setSeconds(10))
        .setCpuMicros(5_000_000)
        .setMemoryBytes(used)
        .setMemoryLimitBytes(1000)
        .setDiskBytes(1000)
        .setDiskUsedBytes(used);
  }

  /** A report ten seconds later, and waits until it is there. */
  private void report(UsageSample.Builder whole, AttemptRef... refs) {
    UsageReport.Builder report = UsageReport.newBuilder().setHost(whole);
    for (AttemptRef ref : refs) {
      report.addAttempts(AttemptUsage.newBuilder().setRef(ref).setSample(sample(300)));
    }
    report(report);
  }

  private void report(UsageReport.Builder report) {
    long then = rows() + 1 + report.getAttemptsCount();
    time.advance(java.time.Duration.ofSeconds(10));
    agent.send(AgentFrame.newBuilder().setUsage(report).build());
    await()
        .until(() -> {
          engine.usage.flush();
          return rows() == then;
        });
  }

  private long rows() {
    return DB.database()
        .transact(tx ->
            tx.handle()
                .createQuery("SELECT count(*) FROM usage_raw WHERE host_id = :host")
                .bind("host", host)
                .mapTo(Long.class)
                .one());
  }

  private FleetUsage fleet() {
    return usage.getFleetUsage(
        GetFleetUsageRequest.newBuilder().setSelector("name == '" + name + "'").build());
  }

  @Test
  void theFleetShowsHostsAndWhatRunsNow() {
    Job job = engine.submit(List.of(name));
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    report(sample(400), ref);
    report(sample(500), ref);

    FleetUsage fleet = fleet();
    assertThat(fleet.getHosts()).isEqualTo(1);
    assertThat(fleet.getConnected()).isEqualTo(1);
    assertThat(fleet.getCpus()).isEqualTo(2);
    assertThat(fleet.getCpusUsed()).isCloseTo(0.5, within(1e-9));
    assertThat(fleet.getMemoryUsedBytes()).isEqualTo(500);
    assertThat(fleet.getByHost(0).getHostName()).isEqualTo(name);
    assertThat(fleet.getByHost(0).getSample().getDiskUsedBytes()).isEqualTo(500);
    assertThat(fleet.getByHost(0).getHealth().getScore()).isEqualTo(100);
    assertThat(fleet.getAttemptsList())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.getTaskId()).isEqualTo(ref.getTaskId());
          assertThat(one.getJobId()).isEqualTo(job.id().toString());
          assertThat(one.getTitle()).isEqualTo("echo hi");
          assertThat(one.getSample().getMemoryBytes()).isEqualTo(300);
        });
    assertThat(agent.await(ControllerFrame::hasUsageWanted).getUsageWanted().getEvery())
        .isEqualTo(Duration.newBuilder().setSeconds(2).build());

    time.advance(java.time.Duration.ofMinutes(1));
    assertThat(fleet().getByHost(0).hasSample()).isFalse();
    assertThat(fleet().getAttemptsList()).isEmpty();
    assertThat(
            usage
                .getFleetUsage(
                    GetFleetUsageRequest.newBuilder().setSelector("name == 'no'").build())
                .getHosts())
        .isZero();
  }

  @Test
  void whatHasEndedDoesNotRunThoughItsSampleIsFresh() {
    engine.submit(List.of(name));
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    agent.running(ref);
    report(sample(400), ref);
    assertThat(fleet().getAttemptsList()).hasSize(1);

    agent.exited(ref, 0, 0);
    agent.awaitResultAck(ref);

    assertThat(fleet().getAttemptsList()).isEmpty();
    assertThat(fleet().getByHost(0).getSample().getDiskUsedBytes()).isEqualTo(400);
  }

  @Test
  void aHostsUseIsToldOverTimeWithWhatEnded() {
    engine.submit(List.of(name));
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    for (int i = 0; i < 12; i++) {
      report(sample(100 + i * 10));
    }
    Timestamp now = Timestamp.newBuilder().setSeconds(time.instant().getEpochSecond()).build();
    agent.ended(
        ref,
        AttemptResult.newBuilder()
            .setOutcome(Outcome.OUTCOME_EXITED)
            .setExitCode(1)
            .setStartedAt(now)
            .setEndedAt(now.toBuilder().setSeconds(now.getSeconds() + 4))
            .setUse(
                ResourceUse.newBuilder()
                    .setCpuTime(Duration.newBuilder().setSeconds(3))
                    .setMemoryPeakBytes(900)
                    .setOomKills(1)
                    .setSummary(
                        UsageSummary.newBuilder()
                            .setPeriods(10)
                            .setThrottledPeriods(1)
                            .setReadBytes(77)
                            .addLeaks(UsageLeak.newBuilder().setWhat("threads")))));
    agent.awaitResultAck(ref);

    HostUsage used =
        usage.getHostUsage(
            GetHostUsageRequest.newBuilder()
                .setHost(name)
                .setSince(Duration.newBuilder().setSeconds(600))
                .setPoints(10)
                .build());
    assertThat(used.getStep().getSeconds()).isEqualTo(60);
    assertThat(used.getPointsList()).hasSizeBetween(2, 4);
    assertThat(used.getTotal().getCpuMicros()).isEqualTo(60_000_000);
    assertThat(used.getTotal().getMemoryBytes()).isEqualTo(155);
    assertThat(used.getTotal().getDiskUsedBytes()).isEqualTo(210);
    assertThat(used.getHealth().getFaultsList())
        .singleElement()
        .satisfies(fault -> {
          assertThat(fault.getKind()).isEqualTo("failures");
          assertThat(fault.getPoints()).isEqualTo(30);
        });
    assertThat(used.getWorksList())
        .singleElement()
        .satisfies(work -> {
          assertThat(work.getBundle()).isEmpty();
          assertThat(work.getTasks()).isEqualTo(1);
          assertThat(work.getFailed()).isEqualTo(1);
          assertThat(work.getOutOfMemory()).isEqualTo(1);
          assertThat(work.getThrottled()).isEqualTo(1);
          assertThat(work.getLeaking()).isEqualTo(1);
          assertThat(work.getCpuTime().getSeconds()).isEqualTo(3);
          assertThat(work.getMeanTime().getSeconds()).isEqualTo(4);
          assertThat(work.getMemoryMedianBytes()).isEqualTo(900);
          assertThat(work.getReadBytes()).isEqualTo(77);
        });
  }

  @Test
  void aBundlesUseIsToldOfAllHosts(@TempDir Path folder) throws Exception {
    Path file = new TestBundles(folder).signed("b" + name.substring(2, 10), "1.0.0", 10);
    StoredBundle bundle;
    try (var upload = engine.bundles.begin(Files.size(file))) {
      upload.append(ByteBuffer.wrap(Files.readAllBytes(file)));
      bundle = upload.finish("bob", _ -> {});
    }
    engine.submit(
        new TestJob(
            time.instant(),
            new JobWork.Action(
                bundle.name(), bundle.version(), "greet", bundle.digest(), "{\"name\":\"x\"}")),
        List.of(name));
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    report(sample(1), ref);
    report(sample(1), ref);
    agent.exited(ref, 0, 0);
    agent.awaitResultAck(ref);

    BundleUsage used =
        usage.getBundleUsage(
            GetBundleUsageRequest.newBuilder()
                .setBundle(bundle.name())
                .setSince(Duration.newBuilder().setSeconds(3600))
                .build());
    assertThat(used.getWorksList())
        .singleElement()
        .satisfies(work -> {
          assertThat(work.getVersion()).isEqualTo("1.0.0");
          assertThat(work.getAction()).isEqualTo("greet");
          assertThat(work.getSucceeded()).isEqualTo(1);
        });
    assertThat(used.getHealth().getScore()).isEqualTo(100);
    assertThat(used.getPointsList().stream().mapToLong(one -> one.getSample().getCpuMicros()).sum())
        .isEqualTo(10_000_000);
    assertThat(
            usage
                .getHostUsage(GetHostUsageRequest.newBuilder().setHost(name).build())
                .getWorks(0)
                .getBundle())
        .isEqualTo(bundle.name());
  }

  @Test
  void mistakesAreNamed() {
    refused(
        Status.Code.NOT_FOUND,
        "bundle",
        () -> usage.getBundleUsage(GetBundleUsageRequest.newBuilder().setBundle("none").build()));
    refused(
        Status.Code.NOT_FOUND,
        "host",
        () -> usage.getHostUsage(GetHostUsageRequest.newBuilder().setHost("none").build()));
    refused(
        Status.Code.INVALID_ARGUMENT,
        "points",
        () ->
            usage.getHostUsage(
                GetHostUsageRequest.newBuilder().setHost(name).setPoints(1001).build()));
    for (long since : new long[] {1, -1, 1L << 40}) {
      refused(
          Status.Code.INVALID_ARGUMENT,
          "since",
          () ->
              usage.getHostUsage(
                  GetHostUsageRequest.newBuilder()
                      .setHost(name)
                      .setSince(Duration.newBuilder().setSeconds(since))
                      .build()));
    }
    refused(
        Status.Code.INVALID_ARGUMENT,
        "rule.condition",
        () -> alerts.setAlertRule(SetAlertRuleRequest.getDefaultInstance()));
    refused(
        Status.Code.INVALID_ARGUMENT,
        "selector",
        () -> alerts.setAlertRule(set(rule("a").setAbove(0.5).setSelector("nam =="))));
    refused(
        Status.Code.NOT_FOUND,
        "alert rules",
        () -> alerts.removeAlertRule(RemoveAlertRuleRequest.newBuilder().setName("no").build()));
  }

  private static void refused(Status.Code code, String text, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getMessage()).contains(text);
            });
  }

  private static AlertRule.Builder rule(String name) {
    return AlertRule.newBuilder()
        .setName(name)
        .setMetric("memory")
        .setWindow(Duration.newBuilder().setSeconds(60));
  }

  private static SetAlertRuleRequest set(AlertRule.Builder rule) {
    return SetAlertRuleRequest.newBuilder().setRule(rule).build();
  }

  private List<Alert> alerts(boolean all, String rule) {
    ListAlertsResponse response =
        alerts.listAlerts(ListAlertsRequest.newBuilder().setAll(all).build());
    return response.getAlertsList().stream().filter(one -> one.getRule().equals(rule)).toList();
  }

  private long audited(String verb) {
    return DB.database()
        .transact(tx ->
            engine.audit.list(tx, AuditFilter.ALL, OptionalLong.empty(), 1000).stream()
                .filter(row -> row.verb().equals(verb))
                .filter(row -> row.subject().equals("host:" + host))
                .count());
  }

  @Test
  void aThresholdRaisesOneAlertAndResolvesIt() {
    AlertRule made =
        alerts.setAlertRule(set(rule("full").setAbove(0.8).setSelector("name == '" + name + "'")));
    assertThat(made.getSetBy()).isEqualTo("alice");
    for (int i = 0; i < 6; i++) {
      report(sample(900));
    }
    engine.alerts.look();
    engine.alerts.look(); // not its turn
    assertThat(alerts(false, "full"))
        .singleElement()
        .satisfies(alert -> {
          assertThat(alert.getHostName()).isEqualTo(name);
          assertThat(alert.getValue()).isCloseTo(0.9, within(1e-9));
          assertThat(alert.getMessage()).isEqualTo("memory is 90.0 % over 1 min, above 80.0 %");
          assertThat(alert.hasResolvedAt()).isFalse();
        });
    report(sample(900));
    report(sample(900));
    engine.alerts.look();
    assertThat(alerts(true, "full")).hasSize(1);
    assertThat(audited("alert.usage")).isEqualTo(1);
    assertThat(fleet().getByHost(0).getHealth().getFaultsList())
        .anyMatch(fault -> fault.getKind().equals("alerts") && fault.getPoints() == 5);
    for (int i = 0; i < 6; i++) {
      report(sample(100));
    }
    engine.alerts.look();
    assertThat(alerts(false, "full")).isEmpty();
    assertThat(alerts(true, "full")).singleElement().matches(Alert::hasResolvedAt);
    assertThat(audited("alert.resolved")).isEqualTo(1);
    assertThat(engine.meters.get("hostler.usage.alerts").counter().count()).isPositive();
  }

  @Test
  void aTrendTellsHowLongItTakes() {
    alerts.setAlertRule(
        set(
            rule("soon")
                .setMetric("attempt.memory")
                .setTrend(
                    TrendCondition.newBuilder()
                        .setLimit(1)
                        .setWithin(Duration.newBuilder().setSeconds(600)))
                .setSelector("name == '" + name + "'")));
    engine.submit(List.of(name));
    agent.slots(1);
    AttemptRef ref = agent.awaitAssignment().getRef();
    for (int i = 0; i < 7; i++) {
      report(
          UsageReport.newBuilder()
              .setHost(sample(1))
              .addAttempts(AttemptUsage.newBuilder().setRef(ref).setSample(sample(500 + i * 20))));
    }
    engine.alerts.look();
    assertThat(alerts(false, "soon"))
        .singleElement()
        .satisfies(alert -> {
          assertThat(alert.getTaskId()).isEqualTo(ref.getTaskId());
          // 62 % and two points more every ten seconds: 190 s to go.
          assertThat(alert.getTimeToLimit().getSeconds()).isBetween(185L, 195L);
        });
    alerts.removeAlertRule(RemoveAlertRuleRequest.newBuilder().setName("soon").build());
    time.advance(java.time.Duration.ofSeconds(20));
    engine.alerts.look();
    assertThat(alerts(false, "soon")).isEmpty();
    assertThat(alerts.listAlertRules(ListAlertRulesRequest.getDefaultInstance()).getRulesList())
        .extracting(AlertRule::getName)
        .contains("host-memory", "host-disk-trend")
        .doesNotContain("soon");
  }
}
