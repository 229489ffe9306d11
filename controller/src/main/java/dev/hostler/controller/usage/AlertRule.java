package dev.hostler.controller.usage;

import dev.hostler.controller.failure.RequestException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * When to raise an alert.
 *
 * @param name lower-case letters, digits and "-"
 * @param metric what is looked at, as in alert.proto
 * @param window over how long
 * @param condition what must hold
 * @param selector only hosts that this CEL expression means; empty: all
 * @param setBy who set it last
 * @param setAt when
 */
public record AlertRule(
    String name,
    String metric,
    Duration window,
    Condition condition,
    String selector,
    String setBy,
    Instant setAt) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final Duration SHORTEST = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofHours(6);
  private static final Duration FARTHEST = Duration.ofDays(365);

  /** What must hold. */
  public sealed interface Condition {
    /**
     * The metric is above this: its mean over the window, or the highest for what is a number of
     * things.
     *
     * @param value in the metric's unit
     */
    record Above(double value) implements Condition {}

    /**
     * The line through the window reaches a limit soon.
     *
     * @param limit in the metric's unit
     * @param within how soon
     */
    record Trend(double limit, Duration within) implements Condition {}
  }

  /**
   * Is it a rule?
   *
   * @throws RequestException INVALID, naming the field
   */
  void check() {
    if (!NAME.matcher(name).matches()) {
      throw RequestException.invalid(
          "rule.name", name, "use lower-case letters, digits and \"-\", at most 63");
    }
    Metric known =
        Metric.of(metric)
            .orElseThrow(() ->
                RequestException.invalid(
                    "rule.metric",
                    metric,
                    "use one of "
                        + String.join(
                            ", ",
                            java.util.Arrays.stream(Metric.values()).map(Metric::text).toList())));
    if (window.compareTo(SHORTEST) < 0 || window.compareTo(LONGEST) > 0) {
      throw RequestException.invalid("rule.window", window, "use 10 s to 6 h");
    }
    switch (condition) {
      case Condition.Above(double value) -> checkValue("rule.above", known, value);
      case Condition.Trend(double limit, Duration within) -> {
        checkValue("rule.trend.limit", known, limit);
        if (!within.isPositive() || within.compareTo(FARTHEST) > 0) {
          throw RequestException.invalid("rule.trend.within", within, "use 1 s to 365 d");
        }
      }
    }
  }

  private static void checkValue(String field, Metric metric, double value) {
    if (!(value >= 0 && value < 1e15) || (metric.isShare() && value > 1)) {
      throw RequestException.invalid(
          field,
          value,
          metric.isShare()
              ? metric.text() + " is a share: use 0 to 1, for example 0.9"
              : "use a number from 0");
    }
  }
}
