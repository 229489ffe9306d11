package dev.hostler.trust.bundle;

import dev.hostler.common.signing.SigningException;

/** A bundle was refused. The message says what was found and, where it helps, what to do. */
public final class TrustException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why a bundle was refused: stable codes for results, logs and metrics. */
  public enum Reason {
    /** The file ends before the bundle does. */
    TRUNCATED,
    /** Not a bundle file, or one with something that a bundle file does not have. */
    MALFORMED,
    /** A format version that this program does not know. */
    UNSUPPORTED_FORMAT,
    /** Larger than a bundle, a manifest or a signature may be. */
    TOO_LARGE,
    /** The manifest is not canonical, or breaks a rule. */
    MANIFEST_INVALID,
    /** There is no signature. */
    UNSIGNED,
    /** The signature is not of the one form that is accepted. */
    SIGNATURE_MALFORMED,
    /** A key or an algorithm is not on the list. */
    WEAK_ALGORITHM,
    /** The signature was not made over this manifest. */
    SIGNATURE_INVALID,
    /** The signer does not chain to a pinned root. */
    SIGNER_UNTRUSTED,
    /** A certificate of the signer's chain has expired or is not valid yet. */
    SIGNER_NOT_VALID_NOW,
    /** The signer is trusted, but not for bundles. */
    SIGNER_WRONG_PURPOSE,
    /** The signer's certificate was revoked. */
    SIGNER_REVOKED,
    /** The bundle is past the expiry that its manifest declares. */
    BUNDLE_EXPIRED,
    /** Not the bundle that was asked for. */
    WRONG_BUNDLE,
    /** Not for this operating system and architecture. */
    WRONG_PLATFORM,
    /** The payload has an entry that the manifest does not declare in that form. */
    PAYLOAD_REFUSED,
    /** A file of the payload does not have the declared digest. */
    DIGEST_MISMATCH
  }

  private final Reason reason;

  /**
   * @param reason stable code
   * @param message what was found, for a person
   */
  public TrustException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * @param reason stable code
   * @param message what was found, for a person
   * @param cause what was found below
   */
  public TrustException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** The stable code. */
  public Reason reason() {
    return reason;
  }

  static TrustException of(SigningException e) {
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
    return new TrustException(reason, String.valueOf(e.getMessage()), e);
  }
}
