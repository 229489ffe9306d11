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
  EXHAUSTED(7);

  private static final Refusal[] BY_CODE = values();
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
    return code < 0 || code >= BY_CODE.length ? NONE : BY_CODE[code];
  }
}
