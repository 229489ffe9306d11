package dev.hostler.agent.usage;

import java.util.Map;

/**
 * What was used since the last report.
 *
 * @param host by the whole host
 * @param attempts by attempts that run, by their labels
 */
public record UsageReport(UsageWindow host, Map<String, UsageWindow> attempts) {
  /** Copies the map. */
  public UsageReport {
    attempts = Map.copyOf(attempts);
  }
}
