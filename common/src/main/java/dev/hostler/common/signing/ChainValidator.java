package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Finds a path from an end-entity certificate to a pinned root by RFC 5280 (the JDK's PKIX), and
 * asks more: every key and signature on it must be on the list, and the end entity must carry a
 * given extended key usage by name ("any" does not count). Thread-safe.
 */
public final class ChainValidator {
  /** Most certificates between an end entity and its root. */
  private static final int MAX_INTERMEDIATES = 4;

  private static final int MAX_CERTIFICATES = 16;
  private static final int KEY_CERT_SIGN = 5;
  private static final String NAME_CONSTRAINTS = "2.5.29.30";

  private final List<X509Certificate> roots;
  private final @Nullable String requiredPurpose;
  private final RevocationPolicy revocation;

  /**
   * @param roots pinned roots; several while one replaces another
   * @param requiredPurpose extended key usage that the end entity must have, as a dotted object
   *     identifier; null: none is asked for
   * @param revocation how revocation is checked
   */
  public ChainValidator(
      List<X509Certificate> roots, @Nullable String requiredPurpose, RevocationPolicy revocation) {
    this.roots = List.copyOf(roots);
    this.requiredPurpose = requiredPurpose;
    this.revocation = revocation;
  }

  /**
   * Validates a chain.
   *
   * @param chain the end entity first, then any certificates that may lie on the path, in any order
   * @param at the moment that counts
   * @return the path: the end entity first, the root last
   * @throws SigningException UNTRUSTED, NOT_VALID_NOW, WRONG_PURPOSE, WEAK_ALGORITHM, REVOKED or
   *     MALFORMED
   */
  public List<X509Certificate> validate(List<X509Certificate> chain, Instant at)
      throws SigningException {
    if (chain.isEmpty() || chain.size() > MAX_CERTIFICATES) {
      throw new SigningException(
          Reason.MALFORMED,
          "a chain has 1 to " + MAX_CERTIFICATES + " certificates, this has " + chain.size());
    }
    X509Certificate leaf = chain.getFirst();
    checkValidity(leaf, at);
    List<X509Certificate> path = new ArrayList<>();
    PKIXCertPathBuilderResult found = build(chain, leaf, at);
    CertPath built = found.getCertPath();
    built.getCertificates().forEach(one -> path.add((X509Certificate) one));
    if (path.isEmpty()) {
      throw untrusted(leaf, "it is a pinned root itself");
    }
    path.add(found.getTrustAnchor().getTrustedCert());
    for (X509Certificate certificate : path) {
      checkAlgorithms(certificate);
    }
    CertificateRules.check(path);
    checkPurpose(path);
    revocation.check(List.copyOf(path), at);
    return List.copyOf(path);
  }

  private PKIXCertPathBuilderResult build(
      List<X509Certificate> chain, X509Certificate leaf, Instant at) throws SigningException {
    try {
      return search(chain, anchors(leaf, at), at, revocation.checkers(at));
    } catch (CertPathBuilderException e) {
      throw diagnose(chain, leaf, at, e);
    } catch (GeneralSecurityException | RuntimeException e) {
      // Unchecked: kinds of names in constraints that the JDK cannot compare, and what hostile
      // certificates make it throw.
      throw new SigningException(
          Reason.MALFORMED, "could not validate " + name(leaf) + ": " + e.getMessage(), e);
    }
  }

  private static PKIXCertPathBuilderResult search(
      List<X509Certificate> chain,
      Set<TrustAnchor> anchors,
      Instant at,
      List<PKIXCertPathChecker> checkers)
      throws GeneralSecurityException {
    X509CertSelector target = new X509CertSelector();
    target.setCertificate(chain.getFirst());
    PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
    parameters.addCertStore(
        CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
    parameters.setDate(Date.from(at));
    parameters.setMaxPathLength(MAX_INTERMEDIATES);
    parameters.setRevocationEnabled(false);
    checkers.forEach(parameters::addCertPathChecker);
    return (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
  }

  /**
   * The JDK's path builder does not say why no path will do; so leave out one question at a time.
   */
  private SigningException diagnose(
      List<X509Certificate> chain, X509Certificate leaf, Instant at, CertPathBuilderException e)
      throws SigningException {
    Set<TrustAnchor> anchors = anchors(leaf, at);
    if (isFound(chain, anchors, at)) {
      return new SigningException(
          Reason.REVOKED,
          name(leaf) + " or a certificate above it was revoked, or it cannot be told",
          e);
    }
    // All certificates of a good chain are valid when the youngest of them has just begun to be.
    Instant youngest =
        chain.stream()
            .map(certificate -> certificate.getNotBefore().toInstant())
            .max(Instant::compareTo)
            .orElse(at);
    if (isFound(chain, anchors, youngest)) {
      return new SigningException(
          Reason.NOT_VALID_NOW, "a certificate above " + name(leaf) + " is not valid at " + at, e);
    }
    return untrusted(leaf, "there is no path to a pinned root (" + e.getMessage() + ")");
  }

  private static boolean isFound(
      List<X509Certificate> chain, Set<TrustAnchor> anchors, Instant at) {
    try {
      search(chain, anchors, at, List.of());
      return true;
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  /** The pinned roots that may be used: PKIX itself does not look into them. */
  private Set<TrustAnchor> anchors(X509Certificate leaf, Instant at) throws SigningException {
    Set<TrustAnchor> anchors = new HashSet<>();
    List<String> unusable = new ArrayList<>();
    for (X509Certificate root : roots) {
      boolean[] usage = root.getKeyUsage();
      if (root.getBasicConstraints() < 0 || (usage != null && !usage[KEY_CERT_SIGN])) {
        unusable.add(name(root) + " is not a CA certificate");
      } else if (root.getExtensionValue(NAME_CONSTRAINTS) != null) {
        // The JDK does not apply what a root says about names; ignoring it would be trusting more.
        unusable.add(name(root) + " has name constraints: put them on a CA below it instead");
      } else if (root.hasUnsupportedCriticalExtension()) {
        unusable.add(name(root) + " has a critical extension that is not known");
      } else if (isInvalidAt(root, at)) {
        unusable.add(name(root) + " is not valid at " + at);
      } else {
        anchors.add(new TrustAnchor(root, null));
      }
    }
    if (anchors.isEmpty()) {
      throw untrusted(
          leaf, roots.isEmpty() ? "no root is pinned" : "no pinned root can be used: " + unusable);
    }
    return anchors;
  }

  private static boolean isInvalidAt(X509Certificate certificate, Instant at) {
    return at.isBefore(certificate.getNotBefore().toInstant())
        || at.isAfter(certificate.getNotAfter().toInstant());
  }

  private static void checkValidity(X509Certificate leaf, Instant at) throws SigningException {
    try {
      leaf.checkValidity(Date.from(at));
    } catch (CertificateExpiredException e) {
      throw new SigningException(
          Reason.NOT_VALID_NOW,
          "the certificate of "
              + name(leaf)
              + " expired at "
              + leaf.getNotAfter().toInstant()
              + "; it is "
              + at
              + " here",
          e);
    } catch (CertificateNotYetValidException e) {
      throw new SigningException(
          Reason.NOT_VALID_NOW,
          "the certificate of "
              + name(leaf)
              + " is not valid before "
              + leaf.getNotBefore().toInstant()
              + "; it is "
              + at
              + " here",
          e);
    }
  }

  private void checkPurpose(List<X509Certificate> path) throws SigningException {
    if (requiredPurpose == null) {
      return;
    }
    // Like web PKI, beyond RFC 5280: a CA that names purposes passes on no others.
    for (X509Certificate certificate : path.subList(0, path.size() - 1)) {
      boolean leaf = certificate.equals(path.getFirst());
      List<String> purposes = purposes(certificate);
      if (purposes == null ? leaf : !purposes.contains(requiredPurpose)) {
        throw new SigningException(
            Reason.WRONG_PURPOSE,
            "the certificate of "
                + name(certificate)
                + " is not for this purpose: it lacks the extended key usage "
                + requiredPurpose);
      }
    }
    boolean[] usage = path.getFirst().getKeyUsage();
    if (usage != null && !usage[0]) {
      throw new SigningException(
          Reason.WRONG_PURPOSE,
          "the certificate of " + name(path.getFirst()) + " lacks the key usage digitalSignature");
    }
  }

  private static @Nullable List<String> purposes(X509Certificate certificate)
      throws SigningException {
    try {
      return certificate.getExtendedKeyUsage();
    } catch (CertificateParsingException e) {
      throw new SigningException(
          Reason.MALFORMED, "broken extended key usage of " + name(certificate), e);
    }
  }

  private static void checkAlgorithms(X509Certificate certificate) throws SigningException {
    try {
      KeyAlgorithm.of(certificate.getPublicKey());
      SignatureAlgorithms.checkCertificate(
          Certificate.getInstance(certificate.getEncoded()).getSignatureAlgorithm());
    } catch (SigningException e) {
      throw new SigningException(
          e.reason(), "the certificate of " + name(certificate) + ": " + e.getMessage(), e);
    } catch (CertificateEncodingException | RuntimeException e) {
      throw new SigningException(
          Reason.MALFORMED, "the certificate of " + name(certificate) + " is broken", e);
    }
  }

  private static SigningException untrusted(X509Certificate leaf, String why) {
    return new SigningException(
        Reason.UNTRUSTED,
        name(leaf) + ", issued by " + leaf.getIssuerX500Principal() + ", is not trusted: " + why);
  }

  private static String name(X509Certificate certificate) {
    return "'" + certificate.getSubjectX500Principal() + "'";
  }
}
