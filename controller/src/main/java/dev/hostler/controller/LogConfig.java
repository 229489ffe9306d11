package dev.hostler.controller;

import dev.hostler.common.config.ConfigSection;

/**
 * Section [log]. Logs go to stderr.
 *
 * @param format how lines look
 * @param level from which level on
 */
public record LogConfig(Format format, Level level) {
  /** How lines look. */
  public enum Format {
    /** For people. */
    PLAIN,
    /** One JSON object in each line. */
    JSON
  }

  /** From which level on. */
  public enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG
  }

  /** Reads it. */
  static LogConfig read(ConfigSection section) {
    return new LogConfig(
        section.choice("format", Format.PLAIN), section.choice("level", Level.INFO));
  }
}
