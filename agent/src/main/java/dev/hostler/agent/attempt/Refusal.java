package dev.hostler.agent.attempt;

/** Why the host refused an attempt. The numbers are in the ledger: never change one. */
public enum Refusal {
  /** Not refused. */
  NONE(0),
  /** The bundle's bytes, digest, signature or signer did not verify. */
  BUNDLE_UNTRUSTED(1),
  /** The bundle could not be fetched. */
  BUNDLE_UNAVAILABLE(2),
  /** The verified manifest has no such action, or the parameters do not fit it. */
  ACTION_INVALID(3),
  /** The host's own policy does not allow it. */
  POLICY(4),
  /** The expiry had passed. */
  EXPIRED(5),
  /** The host cannot enforce the declared sandbox. */
  SANDBOX_UNSUPPORTED(6),
  /** The host is out of a resource it needs to accept work. */
  EXHAUSTED(7),
  /** There is no index that is fresh and by a trusted signer. */
  INDEX_STALE(40),
  /** The index does not list this version with this manifest. */
  BUNDLE_UNLISTED(41),
  /** The index says that this version must not be run any more. */
  BUNDLE_YANKED(42),
  /** The bundle was revoked. */
  BUNDLE_REVOKED(43),
  /** Older than a version that this host has run, and the job does not allow that. */
  BUNDLE_OLDER(44),
  /** The bundle's signer was revoked, or its state cannot be told. */
  SIGNER_REVOKED(45),
  /** The operator was revoked, or its certificate's state cannot be told. */
  OPERATOR_REVOKED(46);

  private final int code;

  Refusal(int code) {
    this.code = code;
  }

  /** The number for this reason in records and on the wire. */
  public int code() {
    return code;
  }

  /**
   * The reason with this number.
   *
   * @throws IllegalArgumentException if no reason has this number
   */
  public static Refusal of(int code) {
    for (Refusal refusal : values()) {
      if (refusal.code == code) {
        return refusal;
      }
    }
    throw new IllegalArgumentException("no refusal has the number " + code);
  }
}
