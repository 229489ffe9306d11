package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What is known of revocation at one moment. Immutable and thread-safe. */
public final class Revocation implements RevocationPolicy {
  private final Set<String> certificates;

  /**
   * @param certificates SHA-256 of revoked certificates in hex
   */
  public Revocation(Set<String> certificates) {
    this.certificates = Set.copyOf(certificates);
  }

  @Override
  public List<PKIXCertPathChecker> checkers(Instant at) {
    return List.of();
  }

  @Override
  public void check(List<X509Certificate> path, Instant at) throws SigningException {
    for (X509Certificate certificate : path) {
      if (certificates.contains(Fingerprints.sha256(certificate))) {
        throw new SigningException(
            Reason.REVOKED,
            "the certificate of '" + certificate.getSubjectX500Principal() + "' was revoked");
      }
    }
  }
}
