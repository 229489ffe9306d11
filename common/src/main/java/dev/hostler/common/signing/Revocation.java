package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What is known of revocation at one moment: certificates that were named, revocation lists (RFC
 * 5280 section 5) and answers of OCSP responders (RFC 6960). Nothing is ever fetched. A certificate
 * is asked after in the answers about it and the lists of its issuer. One that is good in either is
 * good; where there is neither, it passes unless it says that there is one somewhere. Immutable and
 * thread-safe.
 */
public final class Revocation implements RevocationPolicy {
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(10);
  private static final int CRL_SIGN = 6;
  private static final String CRL_DISTRIBUTION_POINTS = "2.5.29.31";

  private final Set<String> certificates;
  private final List<X509CRL> lists;
  private final List<OcspAnswer> answers;
  private final Rules rules;

  /**
   * What is asked of lists.
   *
   * @param maxAge the oldest list that counts, besides its own end
   * @param hard refuse where the state of a certificate cannot be told
   */
  public record Rules(Duration maxAge, boolean hard) {}

  /**
   * @param certificates SHA-256 of revoked certificates in hex
   * @param lists revocation lists, whoever made them: a list counts for certificates of the issuer
   *     whose key signed it
   * @param answers of responders, whoever made them
   */
  public Revocation(
      Set<String> certificates, List<X509CRL> lists, List<OcspAnswer> answers, Rules rules) {
    this.certificates = Set.copyOf(certificates);
    this.lists = List.copyOf(lists);
    this.answers = List.copyOf(answers);
    this.rules = rules;
  }

  @Override
  public List<PKIXCertPathChecker> checkers(Instant at) {
    return List.of();
  }

  @Override
  public void check(List<X509Certificate> path, Instant at) throws SigningException {
    for (X509Certificate certificate : path) {
      if (certificates.contains(Fingerprints.sha256(certificate))) {
        throw revoked(certificate, "was revoked");
      }
    }
    for (int i = 0; i + 1 < path.size(); i++) {
      check(path.get(i), path.get(i + 1), at);
    }
  }

  private void check(X509Certificate certificate, X509Certificate issuer, Instant at)
      throws SigningException {
    boolean isAnswered = isAnswered(certificate, issuer, at);
    List<X509CRL> ofIssuer =
        lists.stream()
            .filter(
                list -> list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal()))
            .toList();
    if (ofIssuer.isEmpty()) {
      boolean isSomewhere =
          certificate.getExtensionValue(CRL_DISTRIBUTION_POINTS) != null
              || OcspQuestion.responder(certificate).isPresent();
      if (rules.hard() && isSomewhere && !isAnswered) {
        throw revoked(
            certificate,
            "cannot be told from a revoked one: no revocation list of its issuer and no OCSP answer"
                + " that counts has come here");
      }
      return;
    }
    for (X509CRL list : ofIssuer) {
      // Also of a list that has ended: what was revoked stays revoked.
      if (list.isRevoked(certificate) && isSigned(list, issuer)) {
        throw revoked(certificate, "was revoked by its issuer's list of " + thisUpdate(list));
      }
    }
    List<X509CRL> current = ofIssuer.stream().filter(list -> isCurrent(list, at)).toList();
    if (!isGood(certificate, issuer, current, at) && rules.hard() && !isAnswered) {
      throw revoked(
          certificate,
          "cannot be told from a revoked one: its issuer's newest revocation list here is of "
              + ofIssuer.stream().map(Revocation::thisUpdate).max(Instant::compareTo).orElse(at)
              + " and does not count at "
              + at);
    }
  }

  private boolean isAnswered(X509Certificate certificate, X509Certificate issuer, Instant at)
      throws SigningException {
    boolean good = false;
    for (OcspAnswer answer : answers) {
      switch (answer.check(certificate, issuer, at, rules.maxAge())) {
        case REVOKED ->
            throw revoked(certificate, "was revoked: its issuer's OCSP responder says so");
        case GOOD -> good = true;
        case NOTHING -> {}
      }
    }
    return good;
  }

  private boolean isCurrent(X509CRL list, Instant at) {
    Date next = list.getNextUpdate();
    return next != null
        && !at.isAfter(next.toInstant())
        && !thisUpdate(list).isAfter(at.plus(CLOCK_SKEW))
        && !at.isAfter(thisUpdate(list).plus(rules.maxAge()));
  }

  private static Instant thisUpdate(X509CRL list) {
    return list.getThisUpdate().toInstant();
  }

  private static boolean isSigned(X509CRL list, X509Certificate issuer) {
    boolean[] usage = issuer.getKeyUsage();
    if (usage != null && !usage[CRL_SIGN]) {
      return false;
    }
    try {
      list.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** By the JDK's PKIX: signature, scope, critical extensions, indirect and delta lists. */
  private static boolean isGood(
      X509Certificate certificate, X509Certificate issuer, List<X509CRL> lists, Instant at)
      throws SigningException {
    List<X509CRL> signed = lists.stream().filter(list -> isSigned(list, issuer)).toList();
    try {
      CertPathValidator validator = CertPathValidator.getInstance("PKIX");
      PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
      checker.setOptions(
          EnumSet.of(
              PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(issuer, null)));
      parameters.setDate(Date.from(at));
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(signed)));
      parameters.setRevocationEnabled(false); // by our own checker
      parameters.addCertPathChecker(checker);
      CertPath path =
          CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate));
      validator.validate(path, parameters);
      return true;
    } catch (CertPathValidatorException e) {
      if (e.getReason() == BasicReason.REVOKED) {
        throw revoked(certificate, "was revoked by its issuer's list");
      }
      return false;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static SigningException revoked(X509Certificate certificate, String how) {
    return new SigningException(
        Reason.REVOKED,
        "the certificate of '" + certificate.getSubjectX500Principal() + "' " + how);
  }
}
