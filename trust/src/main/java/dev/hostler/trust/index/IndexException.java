package dev.hostler.trust.index;

import dev.hostler.common.signing.SigningException;

/** An index was refused. The message says what was found and, where it helps, what to do. */
public final class IndexException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why an index was refused: stable codes for logs and metrics. */
  public enum Reason {
    /** Not an index statement in its one form. */
    MALFORMED,
    /** Larger than an index may be. */
    TOO_LARGE,
    /** The signature is not of the one form that is accepted. */
    SIGNATURE_MALFORMED,
    /** A key or an algorithm is not on the list. */
    WEAK_ALGORITHM,
    /** The signature was not made over this statement. */
    SIGNATURE_INVALID,
    /** The signer does not chain to a pinned root. */
    SIGNER_UNTRUSTED,
    /** A certificate of the signer's chain has expired or is not valid yet. */
    SIGNER_NOT_VALID_NOW,
    /** The signer is trusted, but not for the index. */
    SIGNER_WRONG_PURPOSE,
    /** The signer's certificate was revoked. */
    SIGNER_REVOKED,
    /** Its number is below one that was seen, or it differs from the one seen with that number. */
    GOES_BACK
  }

  private final Reason reason;

  /**
   * @param reason stable code
   * @param message what was found, for a person
   */
  public IndexException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * @param reason stable code
   * @param message what was found, for a person
   * @param cause what was found below
   */
  public IndexException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** The stable code. */
  public Reason reason() {
    return reason;
  }

  static IndexException of(SigningException e) {
    Reason reason =
        switch (e.reason()) {
          case MALFORMED -> Reason.SIGNATURE_MALFORMED;
          case WEAK_ALGORITHM -> Reason.WEAK_ALGORITHM;
          case BAD_SIGNATURE -> Reason.SIGNATURE_INVALID;
          case UNTRUSTED -> Reason.SIGNER_UNTRUSTED;
          case NOT_VALID_NOW -> Reason.SIGNER_NOT_VALID_NOW;
          case WRONG_PURPOSE -> Reason.SIGNER_WRONG_PURPOSE;
          case REVOKED -> Reason.SIGNER_REVOKED;
        };
    return new IndexException(reason, String.valueOf(e.getMessage()), e);
  }
}
