package dev.hostler.cli.console;

/** What the process ends with. */
public enum ExitCode {
  /** All that was asked for was done; all tasks succeeded. */
  OK(0, "all was done; of a job: all its tasks succeeded"),
  /** Of a job: some task did not succeed. Of a check: it found something wrong. */
  SOME_FAILED(1, "of a job: some task did not succeed; of a check: it failed"),
  /** The command line, a file or a value is wrong, here or by the controller's judgement. */
  USAGE(2, "wrong usage, or a value that the controller does not accept"),
  /** The controller cannot be reached, is not who it should be, or refuses. */
  CONTROLLER(3, "the controller cannot be reached, or refuses"),
  /** The machine here fails: output or a file cannot be written. */
  LOCAL(4, "output or a file cannot be written"),
  /** A question was answered with no, or there was nobody to ask. */
  NOT_CONFIRMED(5, "nothing was changed: not confirmed, or no terminal to ask on"),
  /** Ctrl-C. */
  INTERRUPTED(130, "interrupted"),
  /** Whoever reads our stdout has closed it: 128 + SIGPIPE, as a shell shows it of other tools. */
  STDOUT_CLOSED(141, "the reader of stdout went away (a job goes on)");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** 0 to 255. */
  public int number() {
    return number;
  }

  /** For {@code --help}. */
  public String meaning() {
    return meaning;
  }
}
