package dev.hostler.agent.sandbox;

import java.time.Duration;

/**
 * How long a program may run.
 *
 * @param timeout wall time from its start; zero: no limit
 * @param cpuTime CPU time of all its processes together; zero: no limit
 * @param grace from SIGTERM to SIGKILL when it is ended
 */
public record Timing(Duration timeout, Duration cpuTime, Duration grace) {
  /**
   * @throws IllegalArgumentException if a duration is negative or above 68 years
   */
  public Timing {
    long most = Integer.MAX_VALUE * 1000L;
    if (timeout.isNegative() || timeout.compareTo(Duration.ofMillis(most)) > 0) {
      throw new IllegalArgumentException("sandbox: timeout " + timeout + ": must be 0 to 68 years");
    }
    if (cpuTime.isNegative() || cpuTime.compareTo(Duration.ofMillis(most)) > 0) {
      throw new IllegalArgumentException(
          "sandbox: CPU time " + cpuTime + ": must be 0 to 68 years");
    }
    if (grace.isNegative() || grace.toMillis() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("sandbox: grace " + grace + ": must be 0 to 24 days");
    }
  }

  /** Without a limit of CPU time. */
  public Timing(Duration timeout, Duration grace) {
    this(timeout, Duration.ZERO, grace);
  }
}
