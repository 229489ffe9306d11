package dev.hostler.controller.output;

/** One of the two byte streams of an attempt. */
public enum Stream {
  /** Standard output. */
  STDOUT(1),
  /** Standard error. */
  STDERR(2);

  private final int code;

  Stream(int code) {
    this.code = code;
  }

  /** Number in the database and on the wire. */
  public int code() {
    return code;
  }

  /**
   * The stream with that number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Stream of(int code) {
    return switch (code) {
      case 1 -> STDOUT;
      case 2 -> STDERR;
      default -> throw new IllegalArgumentException("no stream has the number " + code);
    };
  }
}
