package dev.hostler.common.signing;

import static dev.hostler.common.signing.TestPki.FROM;
import static dev.hostler.common.signing.TestPki.NOW;
import static dev.hostler.common.signing.TestPki.PURPOSE;
import static dev.hostler.common.signing.TestPki.TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.SigningException.Reason;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.Certificate;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChainValidatorTest {
  private static void refused(
      ChainValidator validator,
      List<X509Certificate> chain,
      Instant at,
      Reason reason,
      String word) {
    assertThatThrownBy(() -> validator.validate(chain, at))
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(word);
  }

  private static ChainValidator to(X509Certificate... roots) {
    return new ChainValidator(List.of(roots), PURPOSE, RevocationPolicy.none());
  }

  @Test
  void findsAPathThroughIntermediatesInAnyOrder() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    CertificateAuthority upper = pki.root().createBelow("upper", KeyAlgorithm.EC_P384, FROM, TO, 1);
    CertificateAuthority lower = upper.createBelow("lower", KeyAlgorithm.ED25519, FROM, TO, 0);
    KeyPair pair = KeyAlgorithm.RSA.generate();
    X509Certificate leaf = lower.issue(pair.getPublic(), TestPki.profile());
    assertThat(
            pki.validator().validate(List.of(leaf, upper.certificate(), lower.certificate()), NOW))
        .containsExactly(leaf, lower.certificate(), upper.certificate(), pki.root().certificate());
    refused(pki.validator(), List.of(leaf, lower.certificate()), NOW, Reason.UNTRUSTED, "no path");
  }

  @Test
  void holdsPathLengths() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    CertificateAuthority upper = pki.root().createBelow("upper", KeyAlgorithm.EC_P256, FROM, TO, 0);
    CertificateAuthority lower = upper.createBelow("lower", KeyAlgorithm.EC_P256, FROM, TO, 0);
    X509Certificate leaf =
        lower.issue(KeyAlgorithm.EC_P256.generate().getPublic(), TestPki.profile());
    refused(
        pki.validator(),
        List.of(leaf, lower.certificate(), upper.certificate()),
        NOW,
        Reason.UNTRUSTED,
        "no path");
  }

  @Test
  void refusesAnEndEntityThatIssues() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    CertificateAuthority notOne =
        new CertificateAuthority(pki.signerKey().getPrivate(), pki.signer());
    X509Certificate leaf =
        notOne.issue(KeyAlgorithm.EC_P256.generate().getPublic(), TestPki.profile());
    refused(pki.validator(), List.of(leaf, pki.signer()), NOW, Reason.UNTRUSTED, "no path");
  }

  @Test
  void acceptsEitherOfTwoRoots() throws Exception {
    TestPki old = TestPki.of(KeyAlgorithm.EC_P256);
    TestPki fresh = TestPki.of(KeyAlgorithm.EC_P256);
    ChainValidator both = to(old.root().certificate(), fresh.root().certificate());
    assertThat(both.validate(List.of(old.signer()), NOW)).hasSize(2);
    assertThat(both.validate(List.of(fresh.signer()), NOW)).hasSize(2);
  }

  @Test
  void refusesAnotherRootOfTheSameName() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    TestPki same = TestPki.of(KeyAlgorithm.EC_P256);
    refused(
        to(same.root().certificate()), List.of(pki.signer()), NOW, Reason.UNTRUSTED, "test signer");
    refused(
        to(same.root().certificate()),
        List.of(pki.signer(), pki.root().certificate()),
        NOW,
        Reason.UNTRUSTED,
        "no path");
    refused(to(), List.of(pki.signer()), NOW, Reason.UNTRUSTED, "no root is pinned");
  }

  @Test
  void refusesWhatIsNotValidNow() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    List<X509Certificate> chain = List.of(pki.signer());
    pki.validator().validate(chain, FROM);
    pki.validator().validate(chain, TO);
    refused(pki.validator(), chain, TO.plusSeconds(1), Reason.NOT_VALID_NOW, "expired at " + TO);
    refused(pki.validator(), chain, FROM.minusSeconds(1), Reason.NOT_VALID_NOW, "not valid before");
  }

  @Test
  void refusesAnExpiredRootAndAnExpiredIntermediate() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    Instant late = TO.plus(Duration.ofDays(1));
    X509Certificate outlives =
        pki.root()
            .issue(
                KeyAlgorithm.EC_P256.generate().getPublic(),
                CertificateProfile.of("late", FROM, TO.plus(Duration.ofDays(9))).purpose(PURPOSE));
    refused(pki.validator(), List.of(outlives), late, Reason.UNTRUSTED, "is not valid at");

    CertificateAuthority root =
        CertificateAuthority.create("long", KeyAlgorithm.EC_P256, FROM, late.plusSeconds(9), 1);
    CertificateAuthority middle = root.createBelow("middle", KeyAlgorithm.EC_P256, FROM, TO, 0);
    X509Certificate leaf =
        middle.issue(
            KeyAlgorithm.EC_P256.generate().getPublic(),
            CertificateProfile.of("leaf", FROM, late.plusSeconds(9)).purpose(PURPOSE));
    refused(
        to(root.certificate()),
        List.of(leaf, middle.certificate()),
        late,
        Reason.NOT_VALID_NOW,
        "leaf");
  }

  @Test
  void asksForThePurposeByName() throws Exception {
    CertificateProfile bare = CertificateProfile.of("bare", FROM, TO);
    TestPki none = TestPki.of(KeyAlgorithm.EC_P256, bare);
    refused(none.validator(), List.of(none.signer()), NOW, Reason.WRONG_PURPOSE, PURPOSE);
    TestPki other = TestPki.of(KeyAlgorithm.EC_P256, bare.purpose("2.25.9.9"));
    refused(other.validator(), List.of(other.signer()), NOW, Reason.WRONG_PURPOSE, PURPOSE);
    TestPki any = TestPki.of(KeyAlgorithm.EC_P256, bare.purpose("2.5.29.37.0"));
    refused(any.validator(), List.of(any.signer()), NOW, Reason.WRONG_PURPOSE, PURPOSE);
    assertThat(
            new ChainValidator(List.of(none.root().certificate()), null, RevocationPolicy.none())
                .validate(List.of(none.signer()), NOW))
        .hasSize(2);
  }

  @Test
  void aRootThatIsPresentedAsSignerIsRefused() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    assertThatThrownBy(() -> pki.validator().validate(List.of(pki.root().certificate()), NOW))
        .isInstanceOf(SigningException.class);
  }

  @Test
  void anEndEntityIsNotARoot() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    refused(to(pki.signer()), List.of(pki.signer()), NOW, Reason.UNTRUSTED, "not a CA");
  }

  @Test
  void refusesWeakCertificatesOnThePath() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    KeyPair weak = rsa.generateKeyPair();
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    assertThatThrownBy(() -> pki.root().issue(weak.getPublic(), TestPki.profile()))
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(Reason.WEAK_ALGORITHM));
    assertThatThrownBy(() ->
            SignatureAlgorithms.checkCertificate(
                org.bouncycastle.asn1.x509.Certificate.getInstance(
                        DetachedCmsTest.selfSigned(weak, "SHA1withRSA").getEncoded())
                    .getSignatureAlgorithm()))
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(Reason.WEAK_ALGORITHM));
  }

  /** A CA certificate with one more extension; self-signed if {@code above} is null. */
  private static CertificateAuthority constrained(
      @Nullable CertificateAuthority above, ASN1ObjectIdentifier extension, ASN1Encodable value)
      throws Exception {
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    X500Principal name = CertificateAuthority.distinguishedName("constrained");
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            above == null ? name : above.certificate().getSubjectX500Principal(),
            BigInteger.TWO,
            Date.from(FROM),
            Date.from(TO),
            name,
            pair.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    builder.addExtension(extension, true, value);
    return new CertificateAuthority(
        pair.getPrivate(),
        new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(
                    new JcaContentSignerBuilder("SHA256withECDSA")
                        .build(above == null ? pair.getPrivate() : above.key()))));
  }

  private static X509Certificate named(CertificateAuthority ca, String dns) throws Exception {
    return ca.issue(KeyAlgorithm.EC_P256.generate().getPublic(), TestPki.profile().dns(dns));
  }

  @Test
  void nameConstraintsHoldBelowAnIntermediateAndAreRefusedOnARoot() throws Exception {
    NameConstraints onlyExample =
        new NameConstraints(
            new GeneralSubtree[] {
              new GeneralSubtree(new GeneralName(GeneralName.dNSName, "example.com"))
            },
            null);
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    CertificateAuthority below = constrained(pki.root(), Extension.nameConstraints, onlyExample);
    assertThat(
            pki.validator()
                .validate(List.of(named(below, "a.example.com"), below.certificate()), NOW))
        .hasSize(3);
    refused(
        pki.validator(),
        List.of(named(below, "a.example.org"), below.certificate()),
        NOW,
        Reason.UNTRUSTED,
        "no path");

    CertificateAuthority root = constrained(null, Extension.nameConstraints, onlyExample);
    refused(
        to(root.certificate()),
        List.of(named(root, "a.example.com")),
        NOW,
        Reason.UNTRUSTED,
        "name constraints");
  }

  @Test
  void unknownCriticalExtensionsAreRefusedAnywhere() throws Exception {
    ASN1ObjectIdentifier unknown = new ASN1ObjectIdentifier("2.25.99");
    CertificateAuthority root = constrained(null, unknown, new DERUTF8String("x"));
    refused(to(root.certificate()), List.of(named(root, "a")), NOW, Reason.UNTRUSTED, "not known");
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    CertificateAuthority below = constrained(pki.root(), unknown, new DERUTF8String("x"));
    refused(
        pki.validator(),
        List.of(named(below, "a"), below.certificate()),
        NOW,
        Reason.UNTRUSTED,
        "no path");
  }

  @Test
  void boundsTheChain() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    refused(pki.validator(), List.of(), NOW, Reason.MALFORMED, "this has 0");
    refused(pki.validator(), Collections.nCopies(17, pki.signer()), NOW, Reason.MALFORMED, "17");
  }

  @Test
  void revocationIsAsked() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    ChainValidator validator =
        new ChainValidator(
            List.of(pki.root().certificate()), PURPOSE, _ -> List.of(new RevokesAll()));
    refused(validator, List.of(pki.signer()), NOW, Reason.REVOKED, "revoked");
  }

  private static final class RevokesAll extends PKIXCertPathChecker {
    @Override
    public void init(boolean forward) {}

    @Override
    public boolean isForwardCheckingSupported() {
      return true;
    }

    @Override
    public Set<String> getSupportedExtensions() {
      return Set.of();
    }

    @Override
    public void check(Certificate certificate, Collection<String> critical)
        throws CertPathValidatorException {
      throw new CertPathValidatorException("gone", null, null, -1, BasicReason.REVOKED);
    }
  }
}
