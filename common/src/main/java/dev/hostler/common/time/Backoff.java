package dev.hostler.common.time;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential back-off with full jitter: each delay is drawn evenly from zero to a bound that
 * doubles up to a limit, so that many clients that fail together do not come back together. Not
 * thread-safe.
 */
public final class Backoff {
  private final Duration first;
  private final Duration limit;
  private final RandomGenerator random;
  private Duration bound;

  /**
   * @param first bound of the first delay; positive
   * @param limit largest bound; at least {@code first}
   * @param random source of the jitter
   * @throws IllegalArgumentException if the bounds are not as required
   */
  public Backoff(Duration first, Duration limit, RandomGenerator random) {
    if (!first.isPositive() || limit.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "back-off bounds must be positive and ordered, got first=" + first + " limit=" + limit);
    }
    this.first = first;
    this.limit = limit;
    this.random = random;
    this.bound = first;
  }

  /** The delay before the next try; doubles the bound for the one after it. */
  public Duration next() {
    Duration delay = Duration.ofNanos(random.nextLong(bound.toNanos() + 1));
    Duration doubled = bound.multipliedBy(2);
    bound = doubled.compareTo(limit) < 0 ? doubled : limit;
    return delay;
  }

  /** Starts over, after a success that lasted. */
  public void reset() {
    bound = first;
  }
}
