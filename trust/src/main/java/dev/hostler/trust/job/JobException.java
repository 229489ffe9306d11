package dev.hostler.trust.job;

import dev.hostler.common.signing.SigningException;

/** A signed job was refused. The message says what was found and, where it helps, what to do. */
public final class JobException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why a job was refused: stable codes for results, logs and metrics. */
  public enum Reason {
    /** There is no signature, or no statement. */
    UNSIGNED,
    /** Larger than a statement may be. */
    TOO_LARGE,
    /** Not a job statement in its one form, or one that breaks a rule. */
    MALFORMED,
    /** The signature is not of the one form that is accepted. */
    SIGNATURE_MALFORMED,
    /** A key or an algorithm is not on the list. */
    WEAK_ALGORITHM,
    /** The signature was not made over this statement. */
    SIGNATURE_INVALID,
    /** The signer does not chain to a pinned operator root. */
    SIGNER_UNTRUSTED,
    /** A certificate of the signer's chain has expired or is not valid yet. */
    SIGNER_NOT_VALID_NOW,
    /** The signer is trusted, but is no operator. */
    SIGNER_WRONG_PURPOSE,
    /** The operator's certificate was revoked. */
    SIGNER_REVOKED,
    /** The operator's certificate does not say in the agreed form who it is. */
    SIGNER_UNNAMED,
    /** The job's time has not come. */
    NOT_YET_VALID,
    /** The job's time is over. */
    EXPIRED,
    /** The proof does not lead from this host to the root that was signed. */
    NOT_A_TARGET
  }

  private final Reason reason;

  /**
   * @param reason stable code
   * @param message what was found, for a person
   */
  public JobException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * @param reason stable code
   * @param message what was found, for a person
   * @param cause what was found below
   */
  public JobException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** The stable code. */
  public Reason reason() {
    return reason;
  }

  static JobException of(SigningException e) {
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
    return new JobException(reason, String.valueOf(e.getMessage()), e);
  }
}
