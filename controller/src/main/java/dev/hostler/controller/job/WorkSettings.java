package dev.hostler.controller.job;

import java.time.Duration;

/**
 * What can be configured of the work engine.
 *
 * @param sweepInterval pause between two sweeps
 * @param offlineLimit how long a host may be away before its tasks are lost
 * @param lossGrace how long after the end of its allowance a task is not lost yet
 * @param assumedTimeout how long an attempt without any limit of its own is taken to run at most;
 *     at least the agents' default limit
 */
public record WorkSettings(
    Duration sweepInterval, Duration offlineLimit, Duration lossGrace, Duration assumedTimeout) {
  /** For a fleet of any size. */
  public static final WorkSettings DEFAULT =
      new WorkSettings(
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          Duration.ofMinutes(1),
          Duration.ofHours(1));
}
