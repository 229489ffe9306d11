package dev.hostler.agent.identity;

import dev.hostler.common.signing.RootSuccession;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the fleet's roots as controllers send them. Thread-safe. */
public final class RootsKeeper {
  private static final Logger log = LoggerFactory.getLogger(RootsKeeper.class);

  private final CurrentIdentity identity;
  private final CertificateRenewal renewal;
  private final TimeSource time;

  /** Keeps them in {@code identity}. */
  public RootsKeeper(CurrentIdentity identity, CertificateRenewal renewal, TimeSource time) {
    this.identity = identity;
    this.renewal = renewal;
    this.time = time;
  }

  /** SHA-256 of each root that this host holds. */
  public List<byte[]> held() {
    return identity.get().roots().stream().map(RootsKeeper::digest).toList();
  }

  private static byte[] digest(X509Certificate root) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(root.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate without a digest", e);
    }
  }

  /**
   * Takes roots over, if those that are held vouch for them, durably.
   *
   * @param renewWithin the certificate is to be renewed within this span; empty: when it is due
   */
  public void take(RootSuccession sent, Optional<Duration> renewWithin) {
    try {
      List<X509Certificate> roots = sent.takenOver(identity.get().roots(), time.instant());
      identity.replace(now ->
          now.roots().equals(roots)
              ? now
              : new Identity(now.hostId(), now.tls(), roots, now.controller()));
      log.info("holds the roots of the fleet CA: {}", names(roots));
    } catch (SigningException e) {
      log.error("roots of the fleet CA are refused: {}", e.getMessage());
      return;
    } catch (IOException e) {
      log.error("roots of the fleet CA cannot be kept", e);
      return;
    }
    renewWithin.ifPresent(renewal::renewWithin);
  }

  private static List<String> names(List<X509Certificate> roots) {
    return roots.stream().map(root -> root.getSubjectX500Principal().getName()).toList();
  }
}
