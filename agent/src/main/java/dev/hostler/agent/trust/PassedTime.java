package dev.hostler.agent.trust;

import dev.hostler.common.time.TimeSource;
import java.time.Duration;
import java.time.Instant;

/**
 * What time it is at least: the latest that the clock said since this process began, and what has
 * passed since then by the clock that nobody sets. Thread-safe.
 */
final class PassedTime {
  private final TimeSource time;
  private Instant latest;
  private long at;

  PassedTime(TimeSource time) {
    this.time = time;
    this.latest = time.instant();
    this.at = time.nanoTime();
  }

  synchronized Instant least() {
    long nanos = time.nanoTime();
    Instant least = latest.plus(Duration.ofNanos(nanos - at));
    Instant now = time.instant();
    latest = now.isAfter(least) ? now : least;
    at = nanos;
    return latest;
  }
}
