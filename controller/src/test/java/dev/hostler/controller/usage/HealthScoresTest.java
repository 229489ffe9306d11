package dev.hostler.controller.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.controller.job.WorkStatistics;
import dev.hostler.controller.job.WorkUse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The formula, number by number; the same ones stand in docs/usage.md. */
class HealthScoresTest {
  private static Sample sample(double memory, double disk, double stalled) {
    return new Sample(
        100,
        null,
        (long) (memory * 1000),
        null,
        1000L,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        0.0,
        stalled * 100,
        0.0,
        1000L,
        (long) (disk * 1000));
  }

  private static int host(Sample sample) {
    return HealthScores.host(true, sample, null, 0).score();
  }

  @Test
  void aHostWithoutFaultsHasAHundred() {
    Health health =
        HealthScores.host(true, sample(0.8, 0.8, 0.1), new WorkStatistics.Ended(10, 0), 0);
    assertThat(health).isEqualTo(new Health(100, List.of()));
    assertThat(HealthScores.host(true, null, null, 0).score()).isEqualTo(100);
  }

  @Test
  void eachFaultTakesOffWhatTheFormulaSays() {
    assertThat(HealthScores.host(false, null, null, 0))
        .isEqualTo(
            new Health(60, List.of(new Health.Fault("offline", 40, "its agent is not connected"))));
    assertThat(host(sample(0.9, 0, 0))).isEqualTo(90);
    assertThat(host(sample(1, 0, 0))).isEqualTo(80);
    assertThat(host(sample(0, 0.95, 0))).isEqualTo(85);
    assertThat(host(sample(0, 0, 0.35))).isEqualTo(90);
    assertThat(host(sample(0, 0, 0.9))).isEqualTo(80);
    assertThat(HealthScores.host(true, null, new WorkStatistics.Ended(4, 1), 0).faults())
        .containsExactly(
            new Health.Fault("failures", 8, "25 % of the 4 tasks of the last day failed"));
    assertThat(HealthScores.host(true, null, null, 1).score()).isEqualTo(95);
    assertThat(HealthScores.host(true, null, null, 9).score()).isEqualTo(85);
  }

  @Test
  void itIsNeverBelowZero() {
    assertThat(HealthScores.host(false, sample(1, 1, 1), new WorkStatistics.Ended(1, 1), 9).score())
        .isZero();
  }

  private static WorkUse work(long ok, long failed, long oom, long throttled, long leaking) {
    return new WorkUse(
        "b",
        "1",
        "a",
        ok + failed,
        ok,
        failed,
        0,
        oom,
        throttled,
        leaking,
        Duration.ZERO,
        Duration.ZERO,
        0,
        0,
        0,
        0);
  }

  @Test
  void aBundleIsJudgedByWhatEnded() {
    assertThat(HealthScores.bundle(List.of()).score()).isEqualTo(100);
    assertThat(HealthScores.bundle(List.of(work(5, 0, 0, 0, 0), work(3, 2, 0, 0, 0))).score())
        .isEqualTo(90);
    assertThat(HealthScores.bundle(List.of(work(8, 2, 2, 5, 2))).faults())
        .containsExactly(
            new Health.Fault("failures", 10, "20 % of its tasks failed"),
            new Health.Fault("out_of_memory", 8, "20 % of its tasks ran out of memory"),
            new Health.Fault("throttled", 5, "50 % of its tasks used up their CPU quota"),
            new Health.Fault(
                "leaks", 8, "20 % of its tasks leaked processes, threads or descriptors"));
    assertThat(HealthScores.bundle(List.of(work(0, 9, 9, 9, 9))).score()).isZero();
  }
}
