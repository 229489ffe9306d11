package dev.hostler.controller.usage;

import dev.hostler.common.trend.Trend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says whether a rule holds for a series. Stateless. */
final class AlertJudge {
  /** So much of the window must have been seen. */
  private static final double LEAST_SEEN = 0.5;

  private static final int LEAST_POINTS = 5;

  /** So much of the variance must be the line's: what only jumps about has no trend. */
  private static final double LEAST_FIT = 0.5;

  private AlertJudge() {}

  /**
   * That a rule holds.
   *
   * @param value what the metric is
   * @param timeToLimit of a trend: how long until the limit
   * @param message in words
   */
  record Verdict(double value, @Nullable Duration timeToLimit, String message) {}

  /**
   * Judges.
   *
   * @param series the window's stretches, oldest first
   * @param cpus of the host; 0: not known
   */
  static Optional<Verdict> judge(AlertRule rule, List<SeriesStore.Point> series, int cpus) {
    Metric metric = Metric.of(rule.metric()).orElse(null);
    double seen = series.stream().mapToDouble(point -> point.sample().seconds()).sum();
    if (metric == null || seen < LEAST_SEEN * rule.window().toSeconds()) {
      return Optional.empty();
    }
    return switch (rule.condition()) {
      case AlertRule.Condition.Above(double limit) -> above(rule, metric, series, cpus, limit);
      case AlertRule.Condition.Trend(double limit, Duration within) ->
          trend(metric, series, cpus, limit, within);
    };
  }

  private static Optional<Verdict> above(
      AlertRule rule, Metric metric, List<SeriesStore.Point> series, int cpus, double limit) {
    double sum = 0;
    double seconds = 0;
    double highest = Double.NEGATIVE_INFINITY;
    for (SeriesStore.Point point : series) {
      Double value = metric.of(point.sample(), cpus);
      if (value != null) {
        sum += value * point.sample().seconds();
        seconds += point.sample().seconds();
        highest = Math.max(highest, value);
      }
    }
    if (seconds == 0) {
      return Optional.empty();
    }
    boolean counts = !metric.isShare() && metric != Metric.ATTEMPT_CPU;
    double value = counts ? highest : sum / seconds;
    return value > limit
        ? Optional.of(
            new Verdict(
                value,
                null,
                "%s is %s over %s, above %s"
                    .formatted(
                        metric.text(),
                        shown(metric, value),
                        shown(rule.window()),
                        shown(metric, limit))))
        : Optional.empty();
  }

  private static Optional<Verdict> trend(
      Metric metric, List<SeriesStore.Point> series, int cpus, double limit, Duration within) {
    List<Trend.Point> points = new ArrayList<>();
    for (SeriesStore.Point point : series) {
      Double value = metric.of(point.sample(), cpus);
      if (value != null) {
        points.add(new Trend.Point(point.at().getEpochSecond(), value));
      }
    }
    if (points.size() < LEAST_POINTS) {
      return Optional.empty();
    }
    Trend line = Trend.of(points).orElse(null);
    if (line == null || line.slope() <= 0 || line.fit() < LEAST_FIT) {
      return Optional.empty();
    }
    return line.until(limit)
        .filter(left -> left.compareTo(within) <= 0)
        .map(left ->
            new Verdict(
                line.end(),
                left,
                "%s is %s and grows by %s an hour: at %s in %s"
                    .formatted(
                        metric.text(),
                        shown(metric, line.end()),
                        shown(metric, line.slope() * 3600),
                        shown(metric, limit),
                        shown(left))));
  }

  private static String shown(Metric metric, double value) {
    return metric.isShare()
        ? String.format(Locale.ROOT, "%.1f %%", value * 100)
        : String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
  }

  private static String shown(Duration span) {
    long minutes = span.toMinutes();
    return minutes == 0
        ? span.toSeconds() + " s"
        : minutes < 120 ? minutes + " min" : minutes / 60 + " h";
  }
}
