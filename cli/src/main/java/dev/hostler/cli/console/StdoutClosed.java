package dev.hostler.cli.console;

/** The reader of stdout went away; the command ends without a word. */
public final class StdoutClosed extends RuntimeException {
  StdoutClosed() {
    super("stdout is closed", null, false, false);
  }
}
