package dev.hostler.agent.trust;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Section [trust] of agent.toml.
 *
 * @param index what is asked of the signed index
 * @param indexRoots PEM with the roots that index signers chain to
 * @param maxIndexAge the oldest index that work may be based on, besides its own expiry
 * @param revocation what to do where the state of a certificate cannot be told
 * @param maxCrlAge the oldest revocation list or OCSP response that counts
 * @param running what happens to running work whose operator, signer or bundle is revoked
 */
public record TrustSettings(
    Index index,
    Path indexRoots,
    Duration maxIndexAge,
    Revocation revocation,
    Duration maxCrlAge,
    Running running) {

  /** What is asked of the signed index. */
  public enum Index {
    /** Nothing runs without a fresh one. */
    REQUIRED,
    /** None is asked for; what one that came says of revocation still counts. */
    OFF
  }

  /** What to do where the state of a certificate cannot be told. */
  public enum Revocation {
    /** Refuse. */
    HARD,
    /** Go on. */
    SOFT
  }

  /** What happens to running work. */
  public enum Running {
    /** It may end by itself. */
    FINISH,
    /** It is ended. */
    KILL
  }
}
