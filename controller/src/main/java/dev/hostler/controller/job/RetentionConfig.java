package dev.hostler.controller.job;

import dev.hostler.common.config.ConfigSection;
import dev.hostler.trust.job.JobStatement;
import java.time.Duration;

/**
 * Section [retention]: how long what has ended is kept.
 *
 * @param output the bytes that tasks wrote, after the end of their job
 * @param jobs jobs with their tasks and results, after their end
 */
public record RetentionConfig(Duration output, Duration jobs) {
  /** What counts where nothing is said. */
  public static final RetentionConfig DEFAULT =
      new RetentionConfig(Duration.ofDays(90), Duration.ofDays(365));

  /**
   * A job's nonce must be remembered for as long as its statement counts, or it could be submitted
   * again.
   */
  private static final Duration SHORTEST = JobStatement.LONGEST_LIFE.plusDays(1);

  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** Reads it. */
  public static RetentionConfig read(ConfigSection section) {
    return new RetentionConfig(
        section.duration("output", DEFAULT.output, Duration.ofHours(1), LONGEST),
        section.duration("jobs", DEFAULT.jobs, SHORTEST, LONGEST));
  }
}
