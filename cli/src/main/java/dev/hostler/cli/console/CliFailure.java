package dev.hostler.cli.console;

/** Ends a command with a message for people and an exit code. */
public final class CliFailure extends RuntimeException {
  private final ExitCode code;

  /**
   * A failure.
   *
   * @param code what the process ends with
   * @param message what went wrong, with the field, the value and the fix; may have several lines
   */
  public CliFailure(ExitCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** A mistake in what the user gave. */
  public static CliFailure usage(String message) {
    return new CliFailure(ExitCode.USAGE, message);
  }

  /** What the process ends with. */
  public ExitCode code() {
    return code;
  }

  /** The message. */
  public String text() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
