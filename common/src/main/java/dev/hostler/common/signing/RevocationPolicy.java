package dev.hostler.common.signing;

import java.security.cert.PKIXCertPathChecker;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** Adds checks of revocation to a path validation. Implementations are thread-safe. */
@FunctionalInterface
public interface RevocationPolicy {
  /**
   * New checkers for one validation.
   *
   * @param at the moment for which the path is validated
   */
  List<PKIXCertPathChecker> checkers(Instant at);

  /**
   * Looks at a path that is good otherwise.
   *
   * @param path the end entity first, the root last
   * @param at the moment for which the path is validated
   * @throws SigningException REVOKED if a certificate on it was revoked, or it cannot be told
   */
  default void check(List<X509Certificate> path, Instant at) throws SigningException {}

  /** Nothing is looked up: certificates count until they expire. */
  static RevocationPolicy none() {
    return at -> List.of();
  }
}
