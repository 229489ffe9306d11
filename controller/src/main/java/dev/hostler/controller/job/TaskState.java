package dev.hostler.controller.job;

/** The state of a task; documented in work.proto, whose numbers these are. */
public enum TaskState {
  /** Waits for its host, a slot, or the job's concurrency limit. */
  QUEUED(1),
  /** Leased to an attempt. */
  ASSIGNED(2),
  /** The program was started. */
  RUNNING(3),
  /** Ended with exit code 0. */
  SUCCEEDED(4),
  /** Ended otherwise. */
  FAILED(5),
  /** The time limit passed. */
  TIMED_OUT(6),
  /** An operator cancelled it. */
  CANCELLED(7),
  /** The host refused it. */
  REFUSED(8),
  /** Not started before the job's expiry. */
  EXPIRED(9),
  /** The host is gone. */
  LOST(10);

  private static final TaskState[] BY_CODE = values();
  private final int code;

  TaskState(int code) {
    this.code = code;
  }

  /** Number in the database and on the wire. */
  public int code() {
    return code;
  }

  /** Is this the end? */
  public boolean isTerminal() {
    return code >= SUCCEEDED.code;
  }

  /** Does a host answer for the task? */
  public boolean isActive() {
    return this == ASSIGNED || this == RUNNING;
  }

  /**
   * The state with that number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static TaskState of(int code) {
    if (code < 1 || code > BY_CODE.length) {
      throw new IllegalArgumentException("no task state has the number " + code);
    }
    return BY_CODE[code - 1];
  }
}
