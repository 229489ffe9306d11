package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.exited;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListTasksResponse;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.ResourceUse;
import dev.hostler.proto.v1.TaskState;
import dev.hostler.proto.v1.UsageLeak;
import dev.hostler.proto.v1.UsageSummary;
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
}
