package dev.hostler.controller.job;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

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
  /** No statement or no signature. */
  JOB_UNSIGNED(20),
  /** The statement or the signature is not of its one form. */
  JOB_MALFORMED(21),
  /** The signature was not made over this statement. */
  JOB_ALTERED(22),
  /** The signer does not chain to an operator root of the host. */
  JOB_SIGNER_UNTRUSTED(23),
  /** The operator's certificate is not valid now. */
  JOB_SIGNER_NOT_VALID_NOW(24),
  /** The signer is no operator. */
  JOB_SIGNER_WRONG_PURPOSE(25),
  /** The operator's certificate was revoked. */
  JOB_SIGNER_REVOKED(26),
  /** A key or an algorithm is not on the list. */
  JOB_WEAK_ALGORITHM(27),
  /** The job's time has not come. */
  JOB_NOT_YET_VALID(28),
  /** Not signed for this host. */
  JOB_NOT_A_TARGET(29),
  /** The host took it before. */
  JOB_REPLAYED(30),
  /** The host has no operator roots. */
  OPERATOR_ROOTS_MISSING(31),
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
  OPERATOR_REVOKED(46),
  /** No key that opens the sealed parameters came with the task. */
  SEALED_KEY_MISSING(60),
  /** The sealed parameters cannot be opened there. */
  SEALED_CANNOT_OPEN(61),
  /** The sealed parameters are not of their form. */
  SEALED_MALFORMED(62),
  /** The bundle was signed by a key that is not a bundle signer's. */
  BUNDLE_SIGNER_WRONG_PURPOSE(70),
  /** The declared paths could not be captured, or there is no such snapshot. */
  SNAPSHOT_FAILED(90),
  /** A snapshot would leave too little room on the disk. */
  SNAPSHOT_NO_ROOM(91),
  /** The host cannot preview what the action would change, or has no such preview to apply. */
  PREVIEW_IMPOSSIBLE(140),
  /** The host's owner lets no operator name this path for a snapshot. */
  SNAPSHOT_PATH(150),
  /** The host has no checkpoint of that name. */
  CHECKPOINT_MISSING(160),
  /** The host has a checkpoint of that name already. */
  CHECKPOINT_EXISTS(161),
  /** The host has none of the plans that the operator was shown. */
  CHECKPOINT_PLAN_MISSING(162);

  private static final Map<Integer, Refusal> BY_CODE =
      Arrays.stream(values()).collect(Collectors.toMap(Refusal::code, Function.identity()));
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
    return BY_CODE.getOrDefault(code, NONE);
  }
}
