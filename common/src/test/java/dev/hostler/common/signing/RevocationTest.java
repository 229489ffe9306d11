package dev.hostler.common.signing;

import static dev.hostler.common.signing.TestPki.FROM;
import static dev.hostler.common.signing.TestPki.NOW;
import static dev.hostler.common.signing.TestPki.PURPOSE;
import static dev.hostler.common.signing.TestPki.TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.SigningException.Reason;
import java.security.KeyPair;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who counts as revoked, and what happens where that cannot be told. */
class RevocationTest {
  private static final Duration AGE = Duration.ofDays(7);
  private static final Instant HOUR_AGO = NOW.minus(Duration.ofHours(1));
  private static final Instant TOMORROW = NOW.plus(Duration.ofDays(1));

  private static void check(
      TestPki pki, X509Certificate leaf, boolean hard, Set<String> named, X509CRL... lists)
      throws SigningException {
    var policy = new Revocation(named, List.of(lists), List.of(), new Revocation.Rules(AGE, hard));
    var _ =
        new ChainValidator(List.of(pki.root().certificate()), PURPOSE, policy)
            .validate(List.of(leaf), NOW);
  }

  private static void good(TestPki pki, boolean hard, X509CRL... lists) throws SigningException {
    check(pki, pki.signer(), hard, Set.of(), lists);
  }

  private static void refused(String word, TestPki pki, boolean hard, X509CRL... lists) {
    assertThatThrownBy(() -> good(pki, hard, lists))
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REVOKED))
        .hasMessageContaining(word);
  }

  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void aListOfTheIssuerDecides(KeyAlgorithm algorithm) throws Exception {
    TestPki pki = TestPki.of(algorithm);
    X509Certificate other =
        pki.root().issue(KeyAlgorithm.EC_P256.generate().getPublic(), TestPki.profile());
    good(pki, true, TestLists.of(pki.root(), HOUR_AGO, TOMORROW));
    good(pki, true, TestLists.of(pki.root(), HOUR_AGO, TOMORROW, other));
    X509CRL listed = TestLists.of(pki.root(), HOUR_AGO, TOMORROW, other, pki.signer());
    refused("was revoked", pki, true, listed);
    refused("was revoked", pki, false, listed);
    // One that is newer and good does not help: what was revoked stays revoked.
    refused("was revoked", pki, true, listed, TestLists.of(pki.root(), NOW, TOMORROW));
  }

  @Test
  void withoutAListACertificatePassesUnlessItNamesOne() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    good(pki, true);
    X509Certificate names = withDistributionPoint(pki);
    check(pki, names, false, Set.of());
    assertThatThrownBy(() -> check(pki, names, true, Set.of()))
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REVOKED))
        .hasMessageContaining("no revocation list");
    check(pki, names, true, Set.of(), TestLists.of(pki.root(), HOUR_AGO, TOMORROW));
  }

  @Test
  void aListThatDoesNotCount() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    X509CRL[] useless = {
      TestLists.of(pki.root(), HOUR_AGO, NOW.minusSeconds(1)),
      TestLists.of(pki.root(), NOW.minus(AGE).minusSeconds(1), TOMORROW),
      TestLists.of(pki.root(), NOW.plus(Duration.ofMinutes(11)), TOMORROW),
      TestLists.of(pki.root(), HOUR_AGO, null),
    };
    for (X509CRL list : useless) {
      refused("does not count", pki, true, list);
      good(pki, false, list);
    }
    good(pki, true, TestLists.of(pki.root(), NOW.minus(AGE), TOMORROW));
    good(pki, true, useless[0], TestLists.of(pki.root(), HOUR_AGO, TOMORROW));
  }

  @Test
  void whatAnOldListRevokedStaysRevoked() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    refused(
        "was revoked",
        pki,
        false,
        TestLists.of(pki.root(), FROM, NOW.minusSeconds(1), pki.signer()));
  }

  @Test
  void aListThatSomebodyElseSigned() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    TestPki stranger = TestPki.of(KeyAlgorithm.EC_P256); // of the same name
    X509CRL forged = TestLists.of(stranger.root(), HOUR_AGO, TOMORROW, pki.signer());
    refused("does not count", pki, true, forged);
    good(pki, false, forged);
    good(pki, true, forged, TestLists.of(pki.root(), HOUR_AGO, TOMORROW));
    TestPki unrelated = TestPki.of(KeyAlgorithm.ED25519);
    good(pki, true, TestLists.of(unrelated.root(), HOUR_AGO, TOMORROW));
  }

  @Test
  void everyCertificateOnThePathIsAskedAfter() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    CertificateAuthority middle =
        pki.root().createBelow("middle", KeyAlgorithm.EC_P256, FROM, TO, 0);
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    X509Certificate leaf = middle.issue(pair.getPublic(), TestPki.profile());
    X509CRL list = TestLists.of(pki.root(), HOUR_AGO, TOMORROW, middle.certificate());
    var policy =
        new Revocation(Set.of(), List.of(list), List.of(), new Revocation.Rules(AGE, true));
    var validator = new ChainValidator(List.of(pki.root().certificate()), PURPOSE, policy);
    assertThatThrownBy(() -> validator.validate(List.of(leaf, middle.certificate()), NOW))
        .hasMessageContaining("middle");
  }

  @Test
  void aCertificateThatIsNamed() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    for (X509Certificate one : List.of(pki.signer(), pki.root().certificate())) {
      assertThatThrownBy(() -> check(pki, pki.signer(), false, Set.of(Fingerprints.sha256(one))))
          .hasMessageContaining("was revoked");
    }
  }

  @Test
  void whatIsNoList() {
    assertThatThrownBy(() -> RevocationLists.read(new byte[] {1, 2, 3}, "list"))
        .isInstanceOf(SigningException.class);
    assertThatThrownBy(() -> RevocationLists.read(new byte[0], "list"))
        .isInstanceOf(SigningException.class);
    assertThatThrownBy(() -> RevocationLists.read(new byte[RevocationLists.MAX_BYTES + 1], "list"))
        .hasMessageContaining("at most");
  }

  private static X509Certificate withDistributionPoint(TestPki pki) throws Exception {
    var builder =
        new JcaX509v3CertificateBuilder(
            pki.root().certificate().getSubjectX500Principal(),
            java.math.BigInteger.valueOf(77),
            Date.from(FROM),
            Date.from(TO),
            new javax.security.auth.x500.X500Principal("CN=with a distribution point"),
            KeyAlgorithm.EC_P256.generate().getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(
            KeyPurposeId.getInstance(new org.bouncycastle.asn1.ASN1ObjectIdentifier(PURPOSE))));
    var extensions = new org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils();
    builder.addExtension(
        Extension.authorityKeyIdentifier,
        false,
        extensions.createAuthorityKeyIdentifier(pki.root().certificate().getPublicKey()));
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        extensions.createSubjectKeyIdentifier(pki.signer().getPublicKey()));
    builder.addExtension(
        Extension.cRLDistributionPoints,
        false,
        new CRLDistPoint(
            new DistributionPoint[] {
              new DistributionPoint(
                  new DistributionPointName(
                      new GeneralNames(
                          new GeneralName(
                              GeneralName.uniformResourceIdentifier, "http://127.0.0.1:1/x.crl"))),
                  null,
                  null)
            }));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pki.root().key())));
  }
}
