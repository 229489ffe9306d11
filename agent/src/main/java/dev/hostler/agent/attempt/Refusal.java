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
  /** The job has no statement or no signature. */
  JOB_UNSIGNED(20),
  /** The job's statement or its signature is not of the one form that is accepted. */
  JOB_MALFORMED(21),
  /** The signature was not made over this statement: something was altered. */
  JOB_ALTERED(22),
  /** Who signed the job does not chain to a pinned operator root. */
  JOB_SIGNER_UNTRUSTED(23),
  /** The operator's certificate has expired or is not valid yet. */
  JOB_SIGNER_NOT_VALID_NOW(24),
  /** The job was signed by a key that is not an operator's. */
  JOB_SIGNER_WRONG_PURPOSE(25),
  /** The operator's certificate was revoked. */
  JOB_SIGNER_REVOKED(26),
  /** The job's key or algorithm is not on the list. */
  JOB_WEAK_ALGORITHM(27),
  /** The job's time has not come. */
  JOB_NOT_YET_VALID(28),
  /** The operator did not sign the job for this host. */
  JOB_NOT_A_TARGET(29),
  /** This host took the job before. */
  JOB_REPLAYED(30),
  /** No operator root is pinned on this host. */
  OPERATOR_ROOTS_MISSING(31),
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
  OPERATOR_REVOKED(46),
  /** The job has sealed parameters, and no key came that opens them here. */
  SEALED_KEY_MISSING(60),
  /** Sealed to another key, for another host or job, or altered. */
  SEALED_CANNOT_OPEN(61),
  /** Not in the one form of sealed parameters, or a secret that was not sealed. */
  SEALED_MALFORMED(62),
  /** The bundle was signed by a key that is not a bundle signer's. */
  BUNDLE_SIGNER_WRONG_PURPOSE(70),
  /** The declared paths could not be captured, or there is no such snapshot. */
  SNAPSHOT_FAILED(90),
  /** A snapshot would leave too little room on the disk. */
  SNAPSHOT_NO_ROOM(91),
  /** What an action would change cannot be previewed here, or a preview cannot be applied. */
  PREVIEW_IMPOSSIBLE(140),
  /** The host's owner lets no operator name this path for a snapshot. */
  SNAPSHOT_PATH(150),
  /** No checkpoint of that name is kept here. */
  CHECKPOINT_MISSING(160),
  /** A checkpoint of that name is kept here already. */
  CHECKPOINT_EXISTS(161),
  /** No plan of those that the operator was shown was made here, or it was dropped. */
  CHECKPOINT_PLAN_MISSING(162);

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
