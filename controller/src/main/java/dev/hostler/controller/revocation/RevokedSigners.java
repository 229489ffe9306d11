package dev.hostler.controller.revocation;

import dev.hostler.common.signing.Fingerprints;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.job.SignerGate;
import dev.hostler.trust.job.VerifiedJob;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;

/**
 * Takes no jobs of revoked operators, whoever hands them in. Hosts would refuse them, but only once
 * an index tells them so. Thread-safe.
 */
public final class RevokedSigners implements SignerGate {
  private final Supplier<RevokedParties> revoked;

  /** By what is revoked at the moment. */
  public RevokedSigners(Supplier<RevokedParties> revoked) {
    this.revoked = revoked;
  }

  @Override
  public void check(VerifiedJob job) {
    RevokedParties now = revoked.get();
    String operator = job.operator().name();
    if (now.operators().contains(operator)) {
      throw denied("operator " + RequestException.shown(operator) + ", who signed it, was revoked");
    }
    for (X509Certificate certificate : job.path()) {
      String fingerprint = Fingerprints.sha256(certificate);
      if (now.certificates().contains(fingerprint)) {
        throw denied(
            "the certificate %s ('%s') on the path of who signed it was revoked"
                .formatted(fingerprint, certificate.getSubjectX500Principal()));
      }
    }
  }

  private static RequestException denied(String why) {
    return new RequestException(
        RequestException.Kind.PERMISSION_DENIED,
        "job: " + why + "; see `hostler revocation list`. Have somebody else sign it");
  }
}
