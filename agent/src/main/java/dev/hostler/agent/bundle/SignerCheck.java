package dev.hostler.agent.bundle;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.trust.TrustState;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.bundle.BundleTrust;
import dev.hostler.trust.bundle.TrustException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Says whether this host would take a bundle of a signer now: for what a bundle did that need not
 * be here any more. Thread-safe.
 *
 * @param rootsFile PEM with the roots that bundle signers chain to; read each time
 * @param trust what is known of revoked signers
 * @param time says what now is
 */
public record SignerCheck(Path rootsFile, TrustState trust, TimeSource time) {

  /**
   * Refuses a signer that is not trusted now.
   *
   * @param chain the signer's certificate and those above it
   * @throws RefusedException SIGNER_REVOKED or BUNDLE_UNTRUSTED
   */
  public void require(List<X509Certificate> chain) throws RefusedException {
    try {
      new BundleTrust(Pem.certificates(rootsFile), trust.revocation())
          .requireSigner(chain, time.instant());
    } catch (TrustException e) {
      throw new RefusedException(
          e.reason() == TrustException.Reason.SIGNER_REVOKED
              ? Refusal.SIGNER_REVOKED
              : Refusal.BUNDLE_UNTRUSTED,
          "the bundle's signer is refused (" + e.reason() + "): " + e.getMessage());
    } catch (IOException | SigningException e) {
      throw new RefusedException(
          Refusal.BUNDLE_UNTRUSTED, "the pinned roots of bundle signers cannot be read: " + e);
    }
  }
}
