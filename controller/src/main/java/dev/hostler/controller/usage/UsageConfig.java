package dev.hostler.controller.usage;

import dev.hostler.common.config.ConfigSection;
import java.time.Duration;

/**
 * For how long use is kept: section [usage].
 *
 * @param reports as hosts report it
 * @param minutes folded into minutes
 * @param hours folded into hours
 */
public record UsageConfig(Duration reports, Duration minutes, Duration hours) {
  /** What is used where nothing is configured. */
  public static final UsageConfig USUAL =
      new UsageConfig(Duration.ofHours(6), Duration.ofDays(8), Duration.ofDays(400));

  /** Reads it. */
  public static UsageConfig read(ConfigSection section) {
    Duration longest = Duration.ofDays(3650);
    return new UsageConfig(
        section.duration("keep_reports", USUAL.reports(), Duration.ofMinutes(10), longest),
        section.duration("keep_minutes", USUAL.minutes(), Duration.ofHours(3), longest),
        section.duration("keep_hours", USUAL.hours(), Duration.ofHours(3), longest));
  }
}
