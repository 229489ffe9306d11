package dev.hostler.common.config;

import java.util.List;

/** The configuration is not acceptable. */
public final class ConfigException extends Exception {
  private final List<String> problems;

  ConfigException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** Every problem, in the order of the file: place, key, value and fix. */
  public List<String> problems() {
    return problems;
  }
}
