package dev.hostler.agent.usage;

import dev.hostler.common.trend.Trend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Says whether a number only ever grew over an attempt's life. Keeps at most {@value #MOST} points,
 * evenly over all of it: when they are full every second one goes, and half as many come. Not
 * thread-safe.
 */
final class LeakWatch {
  static final int MOST = 128;
  private static final int LEAST_POINTS = 5;
  private static final double LEAST_SECONDS = 10;
  private static final double LEAST_FIT = 0.8;
  private static final double LEAST_GROWTH = 8;
  private static final double LEAST_RATIO = 0.25;

  private final String what;
  private final List<Trend.Point> points = new ArrayList<>();
  private int stride = 1;
  private int skipped;

  LeakWatch(String what) {
    this.what = what;
  }

  /** A number that was seen; -1 is not known and passed over. */
  void saw(double seconds, int value) {
    if (value < 0 || ++skipped < stride) {
      return;
    }
    skipped = 0;
    if (points.size() == MOST) {
      for (int i = MOST - 1; i > 0; i -= 2) {
        points.remove(i);
      }
      stride *= 2;
    }
    points.add(new Trend.Point(seconds, value));
  }

  /**
   * A leak is: five points over ten seconds or more; a line that explains four fifths of their
   * variance; grown by eight and by a quarter; and in the last third never down to what the first
   * third had at most.
   */
  Optional<Leak> leak() {
    int third = points.size() / 3;
    if (points.size() < LEAST_POINTS
        || points.getLast().seconds() - points.getFirst().seconds() < LEAST_SECONDS) {
      return Optional.empty();
    }
    double before =
        points.subList(0, third).stream().mapToDouble(Trend.Point::value).max().orElse(0);
    double after =
        points.subList(points.size() - third, points.size()).stream()
            .mapToDouble(Trend.Point::value)
            .min()
            .orElse(0);
    return Trend.of(points)
        .filter(line -> after > before && line.fit() >= LEAST_FIT)
        .filter(line -> line.end() - line.start() >= LEAST_GROWTH)
        .filter(line -> line.end() - line.start() >= LEAST_RATIO * Math.max(0, line.start()))
        .map(line ->
            new Leak(
                what,
                Math.max(0, Math.round(line.start())),
                Math.round(line.end()),
                line.slope() * 60));
  }
}
