package dev.hostler.common.signing;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/**
 * Roots that are to take the place of those that are held. Each new one must be vouched for by one
 * that is held: whoever can only speak in the name of a server below a root cannot make others
 * trust another root. Without Bouncy Castle, whose first use costs small programs more than all the
 * rest.
 *
 * @param roots all that are to count, newest first
 * @param endorsements for each new root, a certificate of its name and key that an older root
 *     issued
 */
public record RootSuccession(List<X509Certificate> roots, List<X509Certificate> endorsements) {
  private static final int MOST = 8;
  private static final int KEY_CERT_SIGN = 5;

  /** Copies the lists. */
  public RootSuccession {
    roots = List.copyOf(roots);
    endorsements = List.copyOf(endorsements);
  }

  /**
   * Checks that the roots may be held instead of others.
   *
   * @param held until now
   * @return these roots
   * @throws SigningException UNTRUSTED if not
   */
  public List<X509Certificate> takenOver(List<X509Certificate> held, Instant now)
      throws SigningException {
    if (roots.isEmpty() || roots.size() > MOST) {
      throw new SigningException(
          SigningException.Reason.UNTRUSTED,
          "there are 1 to " + MOST + " roots, these are " + roots.size());
    }
    for (X509Certificate root : roots) {
      if (!held.contains(root) && !isEndorsed(root, held, now)) {
        throw new SigningException(
            SigningException.Reason.UNTRUSTED,
            "the root '"
                + root.getSubjectX500Principal()
                + "' is new, and no root that is held vouches for it");
      }
    }
    return roots;
  }

  private boolean isEndorsed(X509Certificate root, List<X509Certificate> held, Instant now) {
    return isCa(root, now)
        && isIssuedBy(root, root)
        && endorsements.stream()
            .anyMatch(endorsement ->
                endorsement.getPublicKey().equals(root.getPublicKey())
                    && endorsement.getSubjectX500Principal().equals(root.getSubjectX500Principal())
                    && isCa(endorsement, now)
                    && held.stream()
                        .anyMatch(old -> isCa(old, now) && isIssuedBy(endorsement, old)));
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
  public static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
    try {
      certificate.verify(issuer.getPublicKey());
      return certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
    } catch (GeneralSecurityException _) {
      return false;
    }
  }
}
