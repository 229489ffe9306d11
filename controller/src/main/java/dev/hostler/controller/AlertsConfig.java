package dev.hostler.controller;

import dev.hostler.common.config.ConfigSection;
import dev.hostler.controller.denial.Denials;

/**
 * Section [alerts].
 *
 * @param deniedCalls from how many denied system calls of one attempt on an alert is raised; 0:
 *     never
 */
public record AlertsConfig(long deniedCalls) {
  /** Reads it. */
  static AlertsConfig read(ConfigSection section) {
    return new AlertsConfig(
        section.integer("denied_calls", (int) Denials.ALERT_AT, 0, Integer.MAX_VALUE));
  }
}
