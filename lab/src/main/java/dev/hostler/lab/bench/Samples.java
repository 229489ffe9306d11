package dev.hostler.lab.bench;

import java.util.Arrays;
import java.util.Locale;

/** Durations of one kind. Not thread-safe. */
final class Samples {
  private long[] nanos = new long[256];
  private int count;

  void add(long value) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, count * 2);
    }
    nanos[count++] = value;
  }

  /** The value below which {@code share} (0 to 1) of the samples lie, in milliseconds. */
  double millis(double share) {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted[Math.min(count - 1, (int) (share * count))] / 1e6;
  }

  /** Median, 99th percentile and number, for a table. */
  String row() {
    return String.format(
        Locale.ROOT, "p50 %.1f ms, p99 %.1f ms (%d)", millis(0.5), millis(0.99), count);
  }
}
