package dev.hostler.controller.job;

/** Why a host refused a task; documented in work.proto, whose numbers these are. */
public enum Refusal {
  /** Not refused, or for a reason that this controller does not know. */
  NONE(0),
  /** The bundle did not verify. */
  BUNDLE_UNTRUSTED(1),
  /** The bundle could not be fetched. */
  BUNDLE_UNAVAILABLE(2),
  /** No such action, or the parameters do not fit. */
  ACTION_INVALID(3),
  /** The host's own policy. */
  POLICY(4),
  /** The task's expiry had passed. */
  EXPIRED(5),
  /** The declared sandbox cannot be enforced. */
  SANDBOX_UNSUPPORTED(6),
  /** Out of a resource. */
  EXHAUSTED(7),
  /** No fresh index. */
  INDEX_STALE(40),
  /** Not in the index. */
  BUNDLE_UNLISTED(41),
  /** Yanked. */
  BUNDLE_YANKED(42),
  /** The bundle was revoked. */
  BUNDLE_REVOKED(43),
  /** Older than a version that ran there. */
  BUNDLE_OLDER(44),
  /** The bundle's signer was revoked. */
  SIGNER_REVOKED(45),
  /** The operator was revoked. */
  OPERATOR_REVOKED(46);

  private final int code;

  Refusal(int code) {
    this.code = code;
  }

  /** Number in the database and on the wire. */
  public int code() {
    return code;
  }

  /** The reason with that number; {@link #NONE} for one that is not known. */
  public static Refusal of(int code) {
    for (Refusal refusal : values()) {
      if (refusal.code == code) {
        return refusal;
      }
    }
    return NONE;
  }
}
