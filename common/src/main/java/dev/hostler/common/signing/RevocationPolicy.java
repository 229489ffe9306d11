package dev.hostler.common.signing;

import java.security.cert.PKIXCertPathChecker;
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

  /** Nothing is looked up: certificates count until they expire. */
  static RevocationPolicy none() {
    return at -> List.of();
  }
}
