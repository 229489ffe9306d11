package dev.hostler.common.trend;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The straight line through points by ordinary least squares.
 *
 * @param slope change of the value in a second
 * @param start value of the line at the first point
 * @param end value of the line at the last point
 * @param fit how much of the values' variance the line explains (R², 0 to 1); 1 where all values
 *     are the same
 */
public record Trend(double slope, double start, double end, double fit) {
  private static final double LONGEST_SECONDS = 1e9;

  /**
   * A value at a time.
   *
   * @param seconds since any moment that is the same for all points
   * @param value what was measured
   */
  public record Point(double seconds, double value) {}

  /**
   * The line through these points, which are in order of time; empty if they are fewer than two or
   * all of one moment.
   */
  public static Optional<Trend> of(List<Point> points) {
    int count = points.size();
    if (count < 2) {
      return Optional.empty();
    }
    // About their means: sums of squares of times since 1970 would leave no digits.
    double meanTime = points.stream().mapToDouble(Point::seconds).average().orElse(0);
    double meanValue = points.stream().mapToDouble(Point::value).average().orElse(0);
    double times = 0;
    double values = 0;
    double both = 0;
    for (Point point : points) {
      double time = point.seconds() - meanTime;
      double value = point.value() - meanValue;
      times += time * time;
      values += value * value;
      both += time * value;
    }
    if (times == 0) {
      return Optional.empty();
    }
    double slope = both / times;
    return Optional.of(
        new Trend(
            slope,
            meanValue + slope * (points.getFirst().seconds() - meanTime),
            meanValue + slope * (points.getLast().seconds() - meanTime),
            values == 0 ? 1 : both * both / (times * values)));
  }

  /**
   * How long after the last point the line reaches a limit above it: zero if it has; empty if it
   * does not rise, or not within 30 years.
   */
  public Optional<Duration> until(double limit) {
    if (end >= limit) {
      return Optional.of(Duration.ZERO);
    }
    double seconds = (limit - end) / slope;
    return slope > 0 && seconds < LONGEST_SECONDS
        ? Optional.of(Duration.ofMillis(Math.round(seconds * 1000)))
        : Optional.empty();
  }
}
