package dev.hostler.agent.attempt;

/** How an attempt ended. The numbers are in the ledger: never change one. */
public enum Outcome {
  /** The program ended by itself. */
  EXITED(1),
  /** A signal that Hostler did not send ended the program. */
  SIGNALED(2),
  /** The kernel ended it because the memory limit was reached. */
  OUT_OF_MEMORY(3),
  /** The time limit passed. */
  TIMED_OUT(4),
  /** Cancelled by an operator. */
  CANCELLED(5),
  /** The host refused it before anything was started. */
  REFUSED(6),
  /** The sandbox could not be set up as declared, or its supervisor died. */
  SANDBOX_FAILED(7);

  private final int code;

  Outcome(int code) {
    this.code = code;
  }

  /** The number for this outcome in records and on the wire. */
  public int code() {
    return code;
  }

  /**
   * The outcome with this number.
   *
   * @throws IllegalArgumentException if no outcome has this number
   */
  public static Outcome of(int code) {
    for (Outcome outcome : values()) {
      if (outcome.code == code) {
        return outcome;
      }
    }
    throw new IllegalArgumentException("no outcome has the number " + code);
  }
}
