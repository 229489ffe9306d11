package dev.hostler.agent.usage;

import dev.hostler.common.config.ConfigSection;
import java.time.Duration;

/**
 * How often is looked and told.
 *
 * @param sampleEvery between two looks at what runs
 * @param reportEvery between two reports to the controller, which may ask for more while somebody
 *     watches
 */
public record UsageSettings(Duration sampleEvery, Duration reportEvery) {
  /** What is used where nothing is configured. */
  public static final UsageSettings USUAL =
      new UsageSettings(Duration.ofSeconds(1), Duration.ofSeconds(10));

  /** Reads section [usage] of agent.toml. */
  public static UsageSettings read(ConfigSection section) {
    return new UsageSettings(
        section.duration(
            "sample_every", USUAL.sampleEvery(), Duration.ofMillis(100), Duration.ofMinutes(1)),
        section.duration(
            "report_every", USUAL.reportEvery(), Duration.ofSeconds(1), Duration.ofHours(1)));
  }
}
