package dev.hostler.controller.job;

/** How an attempt ended; documented in work.proto, whose numbers these are. */
public enum Outcome {
  /** By itself. */
  EXITED(1),
  /** By a signal that Hostler did not send. */
  SIGNALED(2),
  /** The memory limit was reached. */
  OUT_OF_MEMORY(3),
  /** The time limit passed. */
  TIMED_OUT(4),
  /** Cancelled by an operator. */
  CANCELLED(5),
  /** Refused by the host. */
  REFUSED(6),
  /** The sandbox could not be set up, or its supervisor died. */
  SANDBOX_FAILED(7);

  private static final Outcome[] BY_CODE = values();
  private final int code;

  Outcome(int code) {
    this.code = code;
  }

  /** Number in the database and on the wire. */
  public int code() {
    return code;
  }

  /**
   * The outcome with that number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Outcome of(int code) {
    if (code < 1 || code > BY_CODE.length) {
      throw new IllegalArgumentException("no outcome has the number " + code);
    }
    return BY_CODE[code - 1];
  }
}
