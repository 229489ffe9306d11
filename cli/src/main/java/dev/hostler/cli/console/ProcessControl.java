package dev.hostler.cli.console;

/** The process that a command runs in. */
public interface ProcessControl {

  /** From now on runs {@code handler}, on a thread of its own, on each Ctrl-C. */
  void onInterrupt(Runnable handler);

  /** Ends the process at once. */
  void exit(int code);
}
