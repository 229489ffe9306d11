package dev.hostler.common.time;

import java.time.Duration;
import java.time.InstantSource;

/**
 * Where a program gets the time of day, elapsed time and pauses from. Implementations are safe for
 * use by several threads.
 */
public interface TimeSource extends InstantSource {

  /**
   * A reading of a clock that never goes back, for elapsed time only.
   *
   * @return nanoseconds since an arbitrary origin that is fixed for this source
   */
  long nanoTime();

  /**
   * Waits for at least {@code duration}; returns at once if it is zero or negative.
   *
   * @throws InterruptedException if the thread is interrupted before or while it waits
   */
  void sleep(Duration duration) throws InterruptedException;

  /** The machine's own clocks. */
  static TimeSource system() {
    return SystemTime.INSTANCE;
  }
}
