package dev.hostler.common.time;

import java.time.Duration;
import java.time.Instant;

/** A clock that moves only when a test says so; sleepers wake when it has moved far enough. */
public final class ManualTime implements TimeSource {
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long nanos;
  private int sleepers;

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized void sleep(Duration duration) throws InterruptedException {
    long end = nanos + duration.toNanos();
    sleepers++;
    notifyAll();
    try {
      while (nanos - end < 0) {
        wait();
      }
    } finally {
      sleepers--;
    }
  }

  /** Moves time forward and wakes whom it concerns. */
  public synchronized void advance(Duration duration) {
    now = now.plus(duration);
    nanos += duration.toNanos();
    notifyAll();
  }

  /** Sets the clock, as somebody might who can; what has passed stays what it is. */
  public synchronized void set(Instant clock) {
    now = clock;
  }

  /** Returns once this many threads sleep on this clock. */
  public synchronized void awaitSleepers(int count) throws InterruptedException {
    while (sleepers < count) {
      wait();
    }
  }
}
