package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Duration;
import dev.hostler.common.config.ConfigReader;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.access.AccessConfig;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Operator;
import dev.hostler.controller.api.AlertEndpoint;
import dev.hostler.controller.api.JobAccess;
import dev.hostler.controller.api.UsageEndpoint;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.WorkStatistics;
import dev.hostler.controller.target.CelSelectors;
import dev.hostler.controller.usage.UsageService;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.Alert;
import dev.hostler.proto.v1.AlertRule;
import dev.hostler.proto.v1.AttemptNow;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptUsage;
import dev.hostler.proto.v1.FleetUsage;
import dev.hostler.proto.v1.GetBundleUsageRequest;
import dev.hostler.proto.v1.GetFleetUsageRequest;
import dev.hostler.proto.v1.GetHostUsageRequest;
import dev.hostler.proto.v1.HostNow;
import dev.hostler.proto.v1.ListAlertsRequest;
import dev.hostler.proto.v1.ListAlertsResponse;
import dev.hostler.proto.v1.SetAlertRuleRequest;
import dev.hostler.proto.v1.UsageReport;
import dev.hostler.proto.v1.UsageSample;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whoever may see some hosts only is told of those only. */
class UsageAccessTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private static final String ROLES =
      """
      [[role]]
      name = "web"
      permissions = ["host.read", "alert.write"]
      selector = "labels.role == 'web'"
      [[role]]
      name = "web-jobs"
      permissions = ["host.read", "job.read"]
      selector = "labels.role == 'web'"
      """;
  private EngineFixture engine;
  private String web;
  private String db;
  private final List<ScriptedAgent> agents = new ArrayList<>();

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    web = "web-" + UUID.randomUUID();
    db = "db-" + UUID.randomUUID();
    for (String name : List.of(web, db)) {
      UUID host = engine.host(name);
      ScriptedAgent agent = engine.connect(host);
      engine.hosts.label(
          Actor.SYSTEM, name, Map.of("role", name.substring(0, name.indexOf('-'))), List.of());
      engine.submit(List.of(name));
      agent.slots(1);
      AttemptRef ref = agent.awaitAssignment().getRef();
      UsageSample.Builder sample =
          UsageSample.newBuilder()
              .setWindow(Duration.newBuilder().setSeconds(10))
              .setMemoryBytes(99)
              .setMemoryLimitBytes(100);
      agent.send(
          AgentFrame.newBuilder()
              .setUsage(
                  UsageReport.newBuilder()
                      .setHost(sample)
                      .addAttempts(AttemptUsage.newBuilder().setRef(ref).setSample(sample)))
              .build());
      agents.add(agent);
      await()
          .until(() ->
              usage("admin").fleet().getAttemptsList().stream()
                  .anyMatch(one -> one.getHostName().equals(name)));
    }
  }

  @AfterEach
  void stop() {
    agents.forEach(ScriptedAgent::close);
    engine.close();
  }

  /** The endpoints as somebody with this role finds them. */
  private final class Seen {
    final UsageEndpoint usage;
    final AlertEndpoint alerts;

    Seen(String role) throws Exception {
      AccessPolicy policy =
          new AccessPolicy(
              AccessConfig.read(
                  ConfigReader.ofText("roles", ROLES, Path.of("/"), Map.of()), new CelSelectors()),
              new CelSelectors());
      Operator ann = new Operator("ann", Set.of(role));
      usage =
          new UsageEndpoint(
              new UsageService(
                  engine.database,
                  engine.hosts,
                  new WorkStatistics(engine.database),
                  engine.alerts,
                  engine.sessions::watchUsage,
                  TimeSource.system()),
              engine.hosts,
              engine.engine.jobs(),
              new CelSelectors(),
              policy,
              new JobAccess(policy, engine.hosts, () -> ann, Operator::new),
              () -> ann);
      alerts = new AlertEndpoint(engine.alerts, engine.hosts, policy, () -> ann);
    }

    FleetUsage fleet() {
      return UsageAccessTest.<FleetUsage>answer(
          to -> usage.getFleetUsage(GetFleetUsageRequest.getDefaultInstance(), to));
    }
  }

  private Seen usage(String role) throws Exception {
    return new Seen(role);
  }

  private static <A> A answer(Consumer<StreamObserver<A>> call) {
    List<A> answers = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    call.accept(
        new StreamObserver<>() {
          @Override
          public void onNext(A answer) {
            answers.add(answer);
          }

          @Override
          public void onError(Throwable failure) {
            failures.add(failure);
          }

          @Override
          public void onCompleted() {}
        });
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.getFirst().getMessage());
    }
    return answers.getFirst();
  }

  @Test
  void onlyTheHostsThatARoleReachesAreShown() throws Exception {
    assertThat(usage("admin").fleet().getByHostList())
        .extracting(HostNow::getHostName)
        .contains(web, db);
    FleetUsage seen = usage("web").fleet();
    assertThat(seen.getByHostList()).extracting(HostNow::getHostName).contains(web);
    assertThat(seen.getByHostList()).allMatch(host -> host.getHostName().startsWith("web-"));
    assertThat(seen.getAttemptsList()).as("no job.read").isEmpty();
    assertThat(usage("web-jobs").fleet().getAttemptsList())
        .extracting(AttemptNow::getHostName)
        .contains(web)
        .doesNotContain(db);
    assertThatThrownBy(() ->
            UsageAccessTest.answer(to ->
                usageEndpoint("web")
                    .getHostUsage(GetHostUsageRequest.newBuilder().setHost(db).build(), cast(to))))
        .hasMessageContaining("may not see host " + db);
    assertThatThrownBy(() ->
            UsageAccessTest.answer(to ->
                usageEndpoint("web")
                    .getBundleUsage(
                        GetBundleUsageRequest.newBuilder().setBundle("b").build(), cast(to))))
        .hasMessageContaining("bundle.read");
  }

  private UsageEndpoint usageEndpoint(String role) {
    try {
      return usage(role).usage;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <A> StreamObserver<A> cast(StreamObserver<?> to) {
    return (StreamObserver<A>) to;
  }

  @Test
  void onlyTheAlertsOfThoseHostsAre() throws Exception {
    Seen admin = usage("admin");
    UsageAccessTest.<AlertRule>answer(to ->
        admin.alerts.setAlertRule(
            SetAlertRuleRequest.newBuilder()
                .setRule(
                    AlertRule.newBuilder()
                        .setName("low")
                        .setMetric("memory")
                        .setWindow(Duration.newBuilder().setSeconds(20))
                        .setAbove(0.5))
                .build(),
            to));
    DB.database().execute(tx -> tx.handle().execute("UPDATE alert_turn SET looked_at = 'epoch'"));
    engine.alerts.look();
    Seen web = usage("web");
    for (boolean all : new boolean[] {false, true}) {
      ListAlertsRequest request = ListAlertsRequest.newBuilder().setAll(all).build();
      assertThat(
              UsageAccessTest.<ListAlertsResponse>answer(to -> admin.alerts.listAlerts(request, to))
                  .getAlertsList())
          .extracting(Alert::getHostName)
          .contains(this.web, db);
      assertThat(
              UsageAccessTest.<ListAlertsResponse>answer(to -> web.alerts.listAlerts(request, to))
                  .getAlertsList())
          .extracting(Alert::getHostName)
          .contains(this.web)
          .doesNotContain(db);
    }
  }
}
