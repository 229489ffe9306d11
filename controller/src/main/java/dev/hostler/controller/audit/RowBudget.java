package dev.hostler.controller.audit;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How many rows strangers can make: some at once, then one every while, which is fewer than 9,000 a
 * day whatever they do. Thread-safe.
 */
final class RowBudget {
  /** At once. */
  static final int MOST = 60;

  /** For one more. */
  static final Duration EACH = Duration.ofSeconds(10);

  private int left = MOST;
  private @Nullable Instant counted;

  /** Takes one, if there is one. */
  synchronized boolean take(Instant now) {
    Instant from = counted;
    if (from == null || now.isBefore(from)) {
      counted = now;
    } else {
      long more = Math.min(MOST, Duration.between(from, now).dividedBy(EACH));
      left = (int) Math.min(MOST, left + more);
      counted = more == MOST ? now : from.plus(EACH.multipliedBy(more));
    }
    if (left == 0) {
      return false;
    }
    left--;
    return true;
  }
}
