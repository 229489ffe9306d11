package dev.hostler.cli.command;

/** How a command prints its result. */
public enum ResultFormat {
  /** For people. */
  table,
  /** For programs. */
  json
}
