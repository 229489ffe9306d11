package dev.hostler.agent.identity;

/** This host could not join the fleet. The message is for people. */
public final class EnrolException extends Exception {
  private static final long serialVersionUID = 1;

  /** What kind of failure. */
  public enum Kind {
    /** What was given makes no sense: give something else. */
    USAGE,
    /** The controller refused, or is not the one that was announced. */
    REFUSED,
    /** The controller could not be reached, or did not answer. */
    UNREACHABLE
  }

  private final Kind kind;

  /** Says what failed and what to do. */
  public EnrolException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** Says what failed, why, and what to do. */
  public EnrolException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** The kind. */
  public Kind kind() {
    return kind;
  }
}
