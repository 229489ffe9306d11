package dev.hostler.trust.secret;

/** Sealed parameters were refused. The message says why, and never holds a value. */
public final class SecretException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why: stable codes for results, logs and metrics. */
  public enum Reason {
    /** Not in the form that sealed parameters have. */
    MALFORMED,
    /** The job has no wrapped key for this host. */
    NO_KEY,
    /** Sealed to another key, for another host or job, or altered: it cannot be told which. */
    CANNOT_OPEN,
    /** A key that nothing can be sealed to. */
    UNUSABLE_KEY,
    /** A sealing key for which its host did not vouch. */
    NOT_VOUCHED
  }

  private final Reason reason;

  SecretException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  SecretException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** The stable code. */
  public Reason reason() {
    return reason;
  }
}
