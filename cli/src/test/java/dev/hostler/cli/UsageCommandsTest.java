package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.exited;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.hostler.cli.console.Terminals;
import dev.hostler.cli.fake.FakeController;
import dev.hostler.proto.v1.Alert;
import dev.hostler.proto.v1.AlertRule;
import dev.hostler.proto.v1.AlertServiceGrpc;
import dev.hostler.proto.v1.AttemptNow;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.BundleUsage;
import dev.hostler.proto.v1.FleetUsage;
import dev.hostler.proto.v1.GetFleetUsageRequest;
import dev.hostler.proto.v1.GetHostUsageRequest;
import dev.hostler.proto.v1.Health;
import dev.hostler.proto.v1.HealthFault;
import dev.hostler.proto.v1.HostNow;
import dev.hostler.proto.v1.HostUsage;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListAlertRulesResponse;
import dev.hostler.proto.v1.ListAlertsRequest;
import dev.hostler.proto.v1.ListAlertsResponse;
import dev.hostler.proto.v1.ListTasksResponse;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.RemoveAlertRuleResponse;
import dev.hostler.proto.v1.ResourceUse;
import dev.hostler.proto.v1.SetAlertRuleRequest;
import dev.hostler.proto.v1.TaskState;
import dev.hostler.proto.v1.UsageLeak;
import dev.hostler.proto.v1.UsagePoint;
import dev.hostler.proto.v1.UsageSample;
import dev.hostler.proto.v1.UsageServiceGrpc;
import dev.hostler.proto.v1.UsageSummary;
import dev.hostler.proto.v1.WorkUse;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What was used, as people and programs see it. */
class UsageCommandsTest extends CliTest {

  @Test
  void aJobShowsWhatEachOfItsTasksUsed() {
    ResourceUse.Builder use =
        ResourceUse.newBuilder()
            .setCpuTime(Duration.newBuilder().setSeconds(2))
            .setMemoryPeakBytes(3 << 20)
            .setSummary(
                UsageSummary.newBuilder()
                    .setSamples(4)
                    .setCpuPeakMillis(1500)
                    .setThreadsPeak(7)
                    .setPeriods(10)
                    .setThrottledPeriods(4)
                    .addLeaks(
                        UsageLeak.newBuilder()
                            .setWhat("descriptors")
                            .setFrom(3)
                            .setTo(90)
                            .setPerMinute(43.6)));
    controller.answer(JobServiceGrpc.getGetJobMethod(), _ -> ended(2, 0));
    controller.answer(
        JobServiceGrpc.getListTasksMethod(),
        _ ->
            ListTasksResponse.newBuilder()
                .addTasks(
                    ended(
                        "a",
                        TaskState.TASK_STATE_SUCCEEDED,
                        AttemptResult.newBuilder().setOutcome(Outcome.OUTCOME_EXITED).setUse(use)))
                .addTasks(exited("b", 0))
                .build());

    Result table = run("job", "show", "job-1");

    assertThat(table.out().lines().filter(line -> line.contains("THROTTLED")))
        .singleElement()
        .asString()
        .startsWith("HOST  CPU");
    assertThat(table.out())
        .contains("2.00 s  150%  3.0 MiB")
        .contains("40%")
        .contains("descriptors 3→90 (+44/min)");
    JsonNode usage =
        run("job", "show", "job-1", "-o", "json")
            .json()
            .get("tasks")
            .get(0)
            .get("result")
            .get("usage");
    assertThat(usage.get("cpus_peak").doubleValue()).isEqualTo(1.5);
    assertThat(usage.get("throttled_share").doubleValue()).isEqualTo(0.4);
    assertThat(usage.get("threads_peak").intValue()).isEqualTo(7);
    assertThat(usage.has("read_bytes")).isFalse();
    assertThat(usage.get("leaks").get(0).get("what").stringValue()).isEqualTo("descriptors");
  }

  private static UsageSample.Builder sample(long cpuMicros) {
    return UsageSample.newBuilder()
        .setWindow(Duration.newBuilder().setSeconds(2))
        .setCpuMicros(cpuMicros)
        .setMemoryBytes(1 << 20)
        .setMemoryMaxBytes(2 << 20)
        .setMemoryLimitBytes(4 << 20)
        .setThreads(9)
        .setFiles(10)
        .setReadBytes(4096)
        .setIoStalledMicros(500_000)
        .setDiskBytes(100)
        .setDiskUsedBytes(40);
  }

  private static HostNow.Builder host(String name, long cpuMicros, int health) {
    return HostNow.newBuilder()
        .setHostId("id-" + name)
        .setHostName(name)
        .setConnected(true)
        .setCpus(4)
        .setSample(sample(cpuMicros))
        .setHealth(Health.newBuilder().setScore(health));
  }

  private void scriptFleet() {
    controller.answer(
        UsageServiceGrpc.getGetFleetUsageMethod(),
        _ ->
            FleetUsage.newBuilder()
                .setHosts(3)
                .setConnected(2)
                .setCpusUsed(1.5)
                .setCpus(8)
                .setMemoryUsedBytes(2 << 20)
                .setMemoryBytes(8 << 20)
                .addByHost(host("a", 1_000_000, 100))
                .addByHost(host("b", 2_000_000, 55))
                .addByHost(HostNow.newBuilder().setHostName("c").setHostId("id-c"))
                .addAttempts(
                    AttemptNow.newBuilder()
                        .setHostName("a")
                        .setTitle("small job " + "x".repeat(60))
                        .setTaskId("t1")
                        .setSample(sample(100_000)))
                .addAttempts(
                    AttemptNow.newBuilder()
                        .setHostName("b")
                        .setTitle("big job")
                        .setTaskId("t2")
                        .setSample(
                            sample(1_900_000).setPeriods(20).setThrottledPeriods(5).setSockets(2)))
                .build());
  }

  @Test
  void topShowsTheBusiestFirst() {
    scriptFleet();
    Result top = run("top", "-t", "all");
    assertThat(top.code()).as(top.err()).isZero();
    assertThat(top.out())
        .startsWith(
            "2 of 3 hosts connected, 1.5 of 8 CPUs and 2.0 MiB of 8.0 MiB in use, 2 attempts run");
    assertThat(top.out().indexOf("\nb ")).isLessThan(top.out().indexOf("\na "));
    assertThat(top.out().indexOf("big job")).isLessThan(top.out().indexOf("small job"));
    assertThat(top.out()).doesNotContain("x".repeat(51)).contains("…");
    assertThat(top.out()).contains("25%", "40%", "2.0 KiB/s").doesNotContain("\033[H");
    assertThat(controller.requests(GetFleetUsageRequest.class).getFirst().getSelector())
        .isEqualTo("all");
    assertThat(run("top", "--sort", "name").out()).containsSubsequence("\na ", "\nb ", "\nc ");
    assertThat(run("top", "--sort", "health").out()).containsSubsequence("\nc ", "\nb ", "\na ");
    for (String by : new String[] {"memory", "pressure", "io"}) {
      assertThat(run("top", "--sort", by, "--limit", "1").out()).doesNotContain("\nc ");
    }
    assertThat(run("top", "--sort", "luck").code()).isEqualTo(2);
    assertThat(run("top", "--limit", "0").code()).isEqualTo(2);
  }

  @Test
  void topGoesOnAndOnATerminalPaintsOver() {
    scriptFleet();
    Result lines = run("top", "--count", "2", "--every", "10ms", "-o", "json");
    assertThat(lines.out().lines()).hasSize(2);
    JsonNode json = json(lines.out().lines().findFirst().orElseThrow());
    assertThat(json.get("by_host").get(0).get("host_name").stringValue()).isEqualTo("b");
    assertThat(json.get("by_host").get(0).get("use").get("cpus").doubleValue()).isEqualTo(1.0);
    assertThat(json.get("by_host").get(0).get("health").get("score").intValue()).isEqualTo(55);
    assertThat(json.get("attempts").get(0).get("use").get("throttled_share").doubleValue())
        .isEqualTo(0.25);
    assertThat(json.get("by_host").get(2).has("use")).isFalse();
    terminals = new Terminals(true, true, true);
    Result painted = run("top", "--count", "2", "--every", "10ms");
    assertThat(painted.out()).contains("\033[H\033[J");
    assertThat(run("top", "--once").out()).doesNotContain("\033[H");
  }

  private static WorkUse.Builder work() {
    return WorkUse.newBuilder()
        .setTasks(4)
        .setSucceeded(3)
        .setFailed(1)
        .setCpuTime(Duration.newBuilder().setSeconds(5))
        .setMemoryPeakBytes(7 << 20);
  }

  @Test
  void usageOfAHost() {
    controller.answer(
        UsageServiceGrpc.getGetHostUsageMethod(),
        request ->
            HostUsage.newBuilder()
                .setHostName(request.getHost())
                .setCpus(4)
                .setStep(Duration.newBuilder().setSeconds(180))
                .setTotal(sample(4_000_000))
                .addPoints(
                    UsagePoint.newBuilder()
                        .setAt(Timestamp.newBuilder().setSeconds(1_800_000_000))
                        .setSample(sample(4_000_000)))
                .addWorks(work())
                .setHealth(
                    Health.newBuilder()
                        .setScore(92)
                        .addFaults(
                            HealthFault.newBuilder()
                                .setKind("failures")
                                .setPoints(8)
                                .setReason("25 % failed")))
                .build());
    Result shown = run("usage", "web-1", "--since", "2h", "--points", "40");
    assertThat(shown.out())
        .as(shown.err())
        .contains("92 (−8: 25 % failed)")
        .contains("2.00 of 4 CPUs")
        .contains("1.0 MiB of 4.0 MiB, at most 2.0 MiB")
        .contains("(commands)")
        .contains("50%");
    GetHostUsageRequest request = controller.requests(GetHostUsageRequest.class).getFirst();
    assertThat(request.getSince().getSeconds()).isEqualTo(7200);
    assertThat(request.getPoints()).isEqualTo(40);
    JsonNode json = run("usage", "web-1", "-o", "json").json();
    assertThat(json.get("step_seconds").intValue()).isEqualTo(180);
    assertThat(json.get("works").get(0).get("cpu_seconds").doubleValue()).isEqualTo(5);
    assertThat(json.get("points").get(0).get("use").get("io_pressure").doubleValue())
        .isEqualTo(0.25);
  }

  @Test
  void usageOfABundleAndOfNeither() {
    controller.answer(
        UsageServiceGrpc.getGetHostUsageMethod(),
        _ -> {
          throw FakeController.refuse(Status.NOT_FOUND, "no such host");
        });
    controller.answer(
        UsageServiceGrpc.getGetBundleUsageMethod(),
        request -> {
          if (request.getBundle().equals("none")) {
            throw FakeController.refuse(Status.NOT_FOUND, "bundle: \"none\": no job has run it");
          }
          return BundleUsage.newBuilder()
              .setBundle(request.getBundle())
              .setHealth(Health.newBuilder().setScore(75))
              .addWorks(work().setBundle("tool").setVersion("1.2.3").setAction("go"))
              .build();
        });
    Result shown = run("usage", "tool", "--since", "30d");
    assertThat(shown.out())
        .as(shown.err())
        .contains("tool", "75", "1.2.3", "go", "7.0 MiB", "nothing was reported");
    assertThat(run("usage", "tool", "--bundle", "-o", "json").json().get("bundle").stringValue())
        .isEqualTo("tool");
    Result none = run("usage", "none");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("'none' is neither a host nor a bundle");
    assertThat(run("usage", "none", "--bundle").err()).contains("no job has run it");
    assertThat(run("usage", "x", "--host").err()).contains("no such host");
    assertThat(run("usage", "x", "--host", "--bundle").code()).isEqualTo(2);
    assertThat(run("usage", "x", "--points", "0").code()).isEqualTo(2);
  }

  @Test
  void alertsAreListedAndTheirRulesSet() {
    controller.answer(
        AlertServiceGrpc.getListAlertsMethod(),
        request ->
            ListAlertsResponse.newBuilder()
                .addAlerts(
                    Alert.newBuilder()
                        .setRule("busy")
                        .setHostName("a")
                        .setMessage("cpu is 95.0 %")
                        .setValue(0.95)
                        .setTimeToLimit(Duration.newBuilder().setSeconds(90))
                        .setRaisedAt(Timestamp.newBuilder().setSeconds(1000)))
                .build());
    assertThat(run("alert", "list").out()).contains("raised", "busy", "cpu is 95.0 %");
    JsonNode json = run("alert", "list", "--all", "-o", "json").json().get(0);
    assertThat(json.get("time_to_limit_seconds").doubleValue()).isEqualTo(90);
    assertThat(controller.requests(ListAlertsRequest.class).getLast().getAll()).isTrue();
    assertThat(run("alert", "list", "--limit", "0").code()).isEqualTo(2);

    controller.answer(AlertServiceGrpc.getSetAlertRuleMethod(), SetAlertRuleRequest::getRule);
    assertThat(run("alert", "set", "busy", "--metric", "cpu", "--above", "90%").out())
        .contains("above 0.9 over 5m");
    Result trend =
        run(
            "alert",
            "set",
            "d",
            "--metric",
            "disk",
            "--limit",
            "1",
            "--within",
            "12h",
            "--window",
            "1h",
            "-t",
            "labels.a == \"b\"");
    assertThat(trend.out()).contains("the line through 60m is at 1 within 12h");
    assertThat(run("alert", "set", "d", "--metric", "disk").err()).contains("either --above");
    assertThat(run("alert", "set", "d", "--metric", "disk", "--above", "much").err())
        .contains("--above 'much'");
    controller.answer(
        AlertServiceGrpc.getListAlertRulesMethod(),
        _ ->
            ListAlertRulesResponse.newBuilder()
                .addRules(AlertRule.newBuilder().setName("r").setAbove(5000).setSetBy("system"))
                .build());
    assertThat(run("alert", "rules").out()).contains("above 5000", "system");
    assertThat(run("alert", "rules", "-o", "json").json().get(0).get("above").doubleValue())
        .isEqualTo(5000);
    controller.answer(
        AlertServiceGrpc.getRemoveAlertRuleMethod(),
        _ -> RemoveAlertRuleResponse.getDefaultInstance());
    assertThat(run("alert", "remove", "busy").out()).contains("removed rule busy");
  }
}
