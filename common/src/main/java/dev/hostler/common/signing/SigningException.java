package dev.hostler.common.signing;

/** A key, a certificate or a signature is not acceptable. The message names what and why. */
public final class SigningException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kind of objection it is. */
  public enum Reason {
    /** Not in the form that it must have. */
    MALFORMED,
    /** The algorithm or the key length is not on the list. */
    WEAK_ALGORITHM,
    /** The signature does not belong to these bytes and this key. */
    BAD_SIGNATURE,
    /** No path to a pinned root. */
    UNTRUSTED,
    /** Outside the validity of a certificate on the path. */
    NOT_VALID_NOW,
    /** Trusted, but not for this purpose. */
    WRONG_PURPOSE,
    /** A certificate on the path was revoked, or its state cannot be told. */
    REVOKED
  }

  private final Reason reason;

  /**
   * @param reason kind of objection
   * @param message what and why, for a person
   */
  public SigningException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * @param reason kind of objection
   * @param message what and why, for a person
   * @param cause what was found below
   */
  public SigningException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** The kind of objection. */
  public Reason reason() {
    return reason;
  }
}
