package dev.hostler.controller.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hostler.controller.failure.RequestException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Series with known answers. */
class AlertJudgeTest {
  private static final Duration WINDOW = Duration.ofHours(1);

  private static AlertRule rule(String metric, AlertRule.Condition condition) {
    return new AlertRule("r", metric, WINDOW, condition, "", "", Instant.EPOCH);
  }

  /** A disk of 1,000,000 bytes, once a minute. */
  private static List<SeriesStore.Point> disk(int minutes, IntToDoubleFunction used) {
    List<SeriesStore.Point> points = new ArrayList<>();
    for (int i = 0; i < minutes; i++) {
      points.add(
          new SeriesStore.Point(
              Instant.ofEpochSecond(1_800_000_000L + i * 60L),
              new Sample(
                  60,
                  30.0,
                  1L,
                  1L,
                  2L,
                  null,
                  (long) i,
                  null,
                  null,
                  null,
                  null,
                  null,
                  null,
                  null,
                  null,
                  null,
                  1_000_000L,
                  (long) used.applyAsDouble(i))));
    }
    return points;
  }

  private static Optional<AlertJudge.Verdict> trend(
      double limit, Duration within, List<SeriesStore.Point> series) {
    return AlertJudge.judge(rule("disk", new AlertRule.Condition.Trend(limit, within)), series, 2);
  }

  @Test
  void aDiskThatFillsByOnePerMilleAMinuteIsFullWhenTheLineSaysSo() {
    // 50 % at first, 55.9 % after 59 minutes; 100 % 441 minutes later.
    AlertJudge.Verdict verdict =
        trend(1, Duration.ofHours(8), disk(60, i -> 500_000 + i * 1000)).orElseThrow();
    assertThat(verdict.value()).isCloseTo(0.559, within(1e-6));
    assertThat(verdict.timeToLimit()).isCloseTo(Duration.ofMinutes(441), Duration.ofSeconds(1));
    assertThat(verdict.message())
        .isEqualTo("disk is 55.9 % and grows by 6.0 % an hour: at 100.0 % in 7 h");
    assertThat(trend(1, Duration.ofHours(7), disk(60, i -> 500_000 + i * 1000))).isEmpty();
    assertThat(trend(0.9, Duration.ofHours(6), disk(60, i -> 500_000 + i * 1000))).isPresent();
  }

  @Test
  void noiseDoesNotHideItAndIsNone() {
    Random random = new Random(3);
    assertThat(
            trend(1, Duration.ofHours(9), disk(60, i -> 500_000 + i * 1000 + random.nextInt(9000)))
                .orElseThrow()
                .timeToLimit())
        .isCloseTo(Duration.ofMinutes(441), Duration.ofMinutes(30));
    assertThat(trend(1, Duration.ofDays(99), disk(60, i -> 500_000 + random.nextInt(9000))))
        .isEmpty();
    assertThat(trend(1, Duration.ofDays(99), disk(60, i -> 900_000 - i * 1000))).isEmpty();
    assertThat(trend(1, Duration.ofDays(99), disk(60, i -> 900_000))).isEmpty();
  }

  @Test
  void tooLittleOfTheWindowIsNoGround() {
    assertThat(trend(1, Duration.ofDays(9), disk(29, i -> 500_000 + i * 1000))).isEmpty();
    assertThat(trend(1, Duration.ofDays(9), disk(31, i -> 500_000 + i * 1000))).isPresent();
    assertThat(trend(1, Duration.ofDays(9), List.of())).isEmpty();
  }

  private static Optional<AlertJudge.Verdict> above(String metric, double limit, int cpus) {
    return AlertJudge.judge(
        rule(metric, new AlertRule.Condition.Above(limit)), disk(60, i -> i * 10_000), cpus);
  }

  @Test
  void sharesCountByTheirMeanAndNumbersOfThingsByTheHighest() {
    assertThat(above("disk", 0.29, 2).orElseThrow().value()).isCloseTo(0.295, within(1e-9));
    assertThat(above("disk", 0.3, 2)).isEmpty();
    assertThat(above("threads", 58, 2).orElseThrow().value()).isEqualTo(59);
    assertThat(above("threads", 59, 2)).isEmpty();
    assertThat(above("cpu", 0.24, 2).orElseThrow().message())
        .isEqualTo("cpu is 25.0 % over 60 min, above 24.0 %");
    assertThat(above("cpu", 0.25, 2)).isEmpty();
    assertThat(above("cpu", 0, 0)).as("CPUs are not known").isEmpty();
    assertThat(above("pressure.io", 0, 2)).as("not reported").isEmpty();
    assertThat(above("none", 0, 2)).isEmpty();
  }

  @Test
  void mistakesInRulesNameTheField() {
    bad(rule("speed", new AlertRule.Condition.Above(1)), "rule.metric");
    bad(rule("cpu", new AlertRule.Condition.Above(90)), "rule.above: \"90.0\": cpu is a share");
    bad(rule("threads", new AlertRule.Condition.Above(-1)), "rule.above");
    bad(rule("disk", new AlertRule.Condition.Trend(2, WINDOW)), "rule.trend.limit");
    bad(rule("disk", new AlertRule.Condition.Trend(1, Duration.ZERO)), "rule.trend.within");
    AlertRule fine = rule("threads", new AlertRule.Condition.Above(5000));
    fine.check();
    bad(new AlertRule("Up", "cpu", WINDOW, fine.condition(), "", "", Instant.EPOCH), "rule.name");
    bad(
        new AlertRule("a", "cpu", Duration.ofDays(1), fine.condition(), "", "", Instant.EPOCH),
        "rule.window");
  }

  private static void bad(AlertRule rule, String field) {
    assertThatThrownBy(rule::check)
        .isInstanceOf(RequestException.class)
        .hasMessageContaining(field);
  }

  @Test
  void everyMetricHasItsValue() {
    Sample host = Samples.host(5, 400, 100);
    assertThat(Metric.CPU.of(host, 2)).isEqualTo(0.25);
    assertThat(Metric.MEMORY.of(host, 2)).isEqualTo(0.4);
    assertThat(Metric.DISK.of(host, 2)).isEqualTo(0.1);
    assertThat(Metric.PRESSURE_CPU.of(host, 2)).isEqualTo(0.1);
    assertThat(Metric.PRESSURE_MEMORY.of(host, 2)).isEqualTo(0.2);
    assertThat(Metric.PRESSURE_IO.of(host, 2)).isEqualTo(0.05);
    assertThat(Metric.THREADS.of(host, 2)).isEqualTo(50);
    assertThat(Metric.FILES.of(host, 2)).isEqualTo(60);
    assertThat(Metric.SOCKETS.of(host, 2)).isEqualTo(7);
    Sample attempt = Samples.attempt(5, 500);
    assertThat(Metric.ATTEMPT_MEMORY.of(attempt, 2)).isEqualTo(0.5);
    assertThat(Metric.ATTEMPT_CPU.of(attempt, 2)).isEqualTo(0.5);
    assertThat(Metric.ATTEMPT_THROTTLED.of(attempt, 2)).isEqualTo(0.4);
    assertThat(Metric.ATTEMPT_THREADS.of(attempt, 2)).isEqualTo(3);
    assertThat(Metric.ATTEMPT_FILES.of(attempt, 2)).isEqualTo(4);
    assertThat(Metric.of("attempt.throttled")).contains(Metric.ATTEMPT_THROTTLED);
  }
}
