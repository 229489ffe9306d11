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
  EXHAUSTED(7);

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
