package dev.hostler.agent.identity;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/**
 * Roots of the fleet CA as a controller sends them.
 *
 * @param roots all that count, newest first
 * @param endorsements for each new root, its name and key as an older root certified them
 */
public record FleetRoots(List<X509Certificate> roots, List<X509Certificate> endorsements) {
  private static final int MOST = 8;
  private static final int KEY_CERT_SIGN = 5;

  /** Copies the lists. */
  public FleetRoots {
    roots = List.copyOf(roots);
    endorsements = List.copyOf(endorsements);
  }

  /**
   * Checks that a host which holds other roots may hold these instead: each new one must be vouched
   * for by one that it holds. Whoever got hold of a controller's key, but not of the CA's, cannot
   * make hosts trust another CA.
   *
   * @param held by this host now
   * @param now of this host's clock
   * @return these roots
   * @throws UntrustedRootsException if not
   */
  public List<X509Certificate> takenOver(List<X509Certificate> held, Instant now)
      throws UntrustedRootsException {
    if (roots.isEmpty() || roots.size() > MOST) {
      throw new UntrustedRootsException(
          "a fleet has 1 to " + MOST + " roots, the controller sent " + roots.size());
    }
    for (X509Certificate root : roots) {
      if (!held.contains(root) && !isEndorsed(root, held, now)) {
        throw new UntrustedRootsException(
            "the root '"
                + root.getSubjectX500Principal()
                + "' is new, and no root that this host holds vouches for it");
      }
    }
    return roots;
  }

  private boolean isEndorsed(X509Certificate root, List<X509Certificate> held, Instant now) {
    return isRoot(root, now)
        && endorsements.stream()
            .anyMatch(endorsement ->
                endorsement.getPublicKey().equals(root.getPublicKey())
                    && endorsement.getSubjectX500Principal().equals(root.getSubjectX500Principal())
                    && isCa(endorsement, now)
                    && held.stream()
                        .anyMatch(old -> isCa(old, now) && isIssuedBy(endorsement, old)));
  }

  private static boolean isRoot(X509Certificate root, Instant now) {
    return isCa(root, now) && isIssuedBy(root, root);
  }

  private static boolean isCa(X509Certificate certificate, Instant now) {
    boolean[] usage = certificate.getKeyUsage();
    try {
      certificate.checkValidity(Date.from(now));
      return certificate.getBasicConstraints() >= 0 && usage != null && usage[KEY_CERT_SIGN];
    } catch (GeneralSecurityException _) {
      return false; // not valid now
    }
  }

  /** Did the issuer's key sign it, and is it named as the issuer? */
  static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
    try {
      certificate.verify(issuer.getPublicKey());
      return certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
    } catch (GeneralSecurityException _) {
      return false;
    }
  }
}
