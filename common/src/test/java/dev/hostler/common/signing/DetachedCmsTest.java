package dev.hostler.common.signing;

import static dev.hostler.common.signing.TestPki.NOW;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hostler.common.signing.SigningException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationStore;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetachedCmsTest {
  private static final byte[] CONTENT = "{\"content\":1}".getBytes(UTF_8);

  @TempDir Path dir;

  private static void refused(byte[] content, byte[] cms, Reason reason, String... words) {
    assertThatThrownBy(() -> DetachedCms.verify(content, cms))
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .satisfies(e -> {
          for (String word : words) {
            assertThat(e).hasMessageContaining(word);
          }
        });
  }

  private static byte[] sign(TestPki pki) throws SigningException {
    return DetachedCms.sign(CONTENT, pki.signerKey().getPrivate(), List.of(pki.signer()), NOW);
  }

  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void verifiesWhatItSigned(KeyAlgorithm algorithm) throws Exception {
    TestPki pki = TestPki.of(algorithm);
    DetachedCms.Signer signer = DetachedCms.verify(CONTENT, sign(pki));
    assertThat(signer.certificate()).isEqualTo(pki.signer());
    assertThat(signer.claimedTime()).isEqualTo(NOW);
    assertThat(pki.validator().validate(signer.chain(), NOW))
        .containsExactly(pki.signer(), pki.root().certificate());
  }

  // OpenSSL before 3.2 knows no Ed25519 in CMS.
  @ParameterizedTest
  @EnumSource(
      value = KeyAlgorithm.class,
      names = {"EC_P256", "EC_P384", "RSA"})
  void opensslAgrees(KeyAlgorithm algorithm) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not on this machine");
    TestPki pki = TestPki.of(algorithm);
    Path content = Files.write(dir.resolve("content"), CONTENT);
    Path cms = Files.write(dir.resolve("cms"), sign(pki));
    Path root =
        Files.writeString(dir.resolve("root"), Pem.encode(List.of(pki.root().certificate())));
    assertThat(
            openssl(
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                cms.toString(),
                "-content",
                content.toString(),
                "-CAfile",
                root.toString(),
                "-purpose",
                "any",
                "-attime",
                String.valueOf(NOW.getEpochSecond()),
                "-out",
                "/dev/null"))
        .isZero();
    Files.write(content, "altered".getBytes(UTF_8));
    assertThat(
            openssl(
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                cms.toString(),
                "-content",
                content.toString(),
                "-CAfile",
                root.toString(),
                "-purpose",
                "any",
                "-attime",
                String.valueOf(NOW.getEpochSecond()),
                "-out",
                "/dev/null"))
        .isNotZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = KeyAlgorithm.class,
      names = {"EC_P256", "EC_P384", "RSA"})
  void verifiesWhatOpensslSigned(KeyAlgorithm algorithm) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not on this machine");
    TestPki pki = TestPki.of(algorithm);
    Path content = Files.write(dir.resolve("content"), CONTENT);
    Path key = dir.resolve("key");
    Pem.writeNewKey(key, pki.signerKey().getPrivate());
    Path certificate = Files.writeString(dir.resolve("cert"), Pem.encode(List.of(pki.signer())));
    Path cms = dir.resolve("cms");
    assertThat(
            openssl(
                "cms",
                "-sign",
                "-binary",
                "-md",
                "sha256",
                "-nosmimecap",
                "-outform",
                "DER",
                "-in",
                content.toString(),
                "-signer",
                certificate.toString(),
                "-inkey",
                key.toString(),
                "-out",
                cms.toString()))
        .isZero();
    assertThat(DetachedCms.verify(CONTENT, Files.readAllBytes(cms)).certificate())
        .isEqualTo(pki.signer());
  }

  private static int openssl(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "/usr/bin/openssl";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void refusesOtherContent() throws Exception {
    byte[] cms = sign(TestPki.of(KeyAlgorithm.EC_P256));
    refused("{\"content\":2}".getBytes(UTF_8), cms, Reason.BAD_SIGNATURE, "does not fit");
  }

  // Several times, because keys and signatures differ.
  @RepeatedTest(2)
  void noAlteredByteSurvives() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.ED25519);
    byte[] cms = sign(pki);
    List<Integer> survivors = new java.util.ArrayList<>();
    for (int i = 0; i < 2 * cms.length; i++) {
      byte[] altered = cms.clone();
      altered[i / 2] ^= i % 2 == 0 ? 1 : 0x20;
      try {
        // The embedded certificate is covered by its issuer's signature, not by this one.
        pki.validator().validate(DetachedCms.verify(CONTENT, altered).chain(), NOW);
        survivors.add(i / 2);
      } catch (SigningException expected) {
        assertThat(expected).hasMessageMatching("(?s).{10,}");
      }
    }
    assertThat(survivors).isEmpty();
  }

  @Test
  void refusesEveryTruncation() throws Exception {
    byte[] cms = sign(TestPki.of(KeyAlgorithm.EC_P256));
    for (int length = 0; length < cms.length; length += 7) {
      refused(CONTENT, Arrays.copyOf(cms, length), Reason.MALFORMED);
    }
  }

  @Test
  void refusesTrailingData() throws Exception {
    byte[] cms = sign(TestPki.of(KeyAlgorithm.EC_P256));
    refused(CONTENT, Arrays.copyOf(cms, cms.length + 1), Reason.MALFORMED);
  }

  @Test
  void refusesOtherEncodingsThanDer() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    byte[] ber = forged(pki).encoding(ASN1Encoding.BER).over(CONTENT);
    refused(CONTENT, ber, Reason.MALFORMED, "DER");
  }

  private static ForgedCms forged(TestPki pki) {
    return new ForgedCms()
        .signer(pki.signerKey().getPrivate(), "SHA256withECDSA", pki.signer())
        .embed(pki.signer());
  }

  @Test
  void theForgeryIsGoodBeforeItIsSpoilt() throws Exception {
    byte[] cms = forged(TestPki.of(KeyAlgorithm.EC_P256)).over(CONTENT);
    assertThat(DetachedCms.verify(CONTENT, cms)).isNotNull();
  }

  @Test
  void refusesASignatureWithoutSignedAttributes() throws Exception {
    byte[] cms = forged(TestPki.of(KeyAlgorithm.EC_P256)).withoutSignedAttributes().over(CONTENT);
    refused(CONTENT, cms, Reason.MALFORMED, "no signed attributes");
  }

  @Test
  void refusesAttachedContent() throws Exception {
    byte[] cms = forged(TestPki.of(KeyAlgorithm.EC_P256)).attached().over(CONTENT);
    refused(CONTENT, cms, Reason.MALFORMED, "detached");
  }

  @Test
  void refusesNoSignerAndTwoSigners() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    TestPki other = TestPki.of(KeyAlgorithm.EC_P256);
    byte[] none = new ForgedCms().embed(pki.signer()).over(CONTENT);
    refused(CONTENT, none, Reason.MALFORMED, "0 signers");
    byte[] two =
        forged(pki)
            .signer(other.signerKey().getPrivate(), "SHA256withECDSA", other.signer())
            .embed(other.signer())
            .over(CONTENT);
    refused(CONTENT, two, Reason.MALFORMED, "2 signers");
  }

  @Test
  void refusesAMissingSignersCertificate() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    byte[] cms =
        new ForgedCms()
            .signer(pki.signerKey().getPrivate(), "SHA256withECDSA", pki.signer())
            .embed(pki.root().certificate())
            .over(CONTENT);
    refused(CONTENT, cms, Reason.MALFORMED, "does not embed");
  }

  @Test
  void refusesTooManyCertificates() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    ForgedCms forged = forged(pki);
    for (int i = 0; i < 8; i++) {
      forged.embed(TestPki.of(KeyAlgorithm.EC_P256).signer());
    }
    refused(CONTENT, forged.over(CONTENT), Reason.MALFORMED, "9 certificates");
  }

  @Test
  void refusesUnsignedAttributes() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    CMSSignedData good = new CMSSignedData(forged(pki).over(CONTENT));
    SignerInformation signer = good.getSignerInfos().getSigners().iterator().next();
    SignerInformation more =
        SignerInformation.replaceUnsignedAttributes(
            signer,
            new AttributeTable(
                new DERSet(
                    new Attribute(
                        CMSAttributes.contentHint, new DERSet(CMSObjectIdentifiers.data)))));
    byte[] cms =
        CMSSignedData.replaceSigners(good, new SignerInformationStore(more))
            .toASN1Structure()
            .getEncoded(ASN1Encoding.DER);
    refused(CONTENT, cms, Reason.MALFORMED, "unsigned attributes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHA1withECDSA", "SHA224withECDSA"})
  void refusesWeakDigests(String algorithm) throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    byte[] cms =
        new ForgedCms()
            .signer(pki.signerKey().getPrivate(), algorithm, pki.signer())
            .embed(pki.signer())
            .over(CONTENT);
    refused(CONTENT, cms, Reason.WEAK_ALGORITHM, "not accepted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHA256withRSA", "SHA384withRSA", "SHA512withRSA"})
  void acceptsRsaOverSha2(String algorithm) throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.RSA);
    byte[] cms =
        new ForgedCms()
            .signer(pki.signerKey().getPrivate(), algorithm, pki.signer())
            .embed(pki.signer())
            .over(CONTENT);
    assertThat(DetachedCms.verify(CONTENT, cms).certificate()).isEqualTo(pki.signer());
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHA1withRSA", "SHA1withRSAandMGF1", "SHA256withRSAandMGF1"})
  void refusesOtherRsaSignatures(String algorithm) throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.RSA);
    byte[] cms =
        new ForgedCms()
            .signer(pki.signerKey().getPrivate(), algorithm, pki.signer())
            .embed(pki.signer())
            .over(CONTENT);
    refused(CONTENT, cms, Reason.WEAK_ALGORITHM);
  }

  /** A self-signed certificate made without the checks of {@link CertificateAuthority}. */
  static X509Certificate selfSigned(KeyPair pair, String algorithm) throws Exception {
    var name = CertificateAuthority.distinguishedName("weak");
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    name,
                    java.math.BigInteger.TEN,
                    java.util.Date.from(TestPki.FROM),
                    java.util.Date.from(TestPki.TO),
                    name,
                    pair.getPublic())
                .build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate())));
  }

  @Test
  void refusesShortRsaAndOtherCurves() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    KeyPair shortKey = rsa.generateKeyPair();
    X509Certificate certificate = selfSigned(shortKey, "SHA256withRSA");
    byte[] cms =
        new ForgedCms()
            .signer(shortKey.getPrivate(), "SHA256withRSA", certificate)
            .embed(certificate)
            .over(CONTENT);
    refused(CONTENT, cms, Reason.WEAK_ALGORITHM, "2048 bits");

    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
    ec.initialize(new java.security.spec.ECGenParameterSpec("secp521r1"));
    KeyPair p521 = ec.generateKeyPair();
    X509Certificate other = selfSigned(p521, "SHA512withECDSA");
    byte[] cms521 =
        new ForgedCms()
            .signer(p521.getPrivate(), "SHA512withECDSA", other)
            .embed(other)
            .over(CONTENT);
    refused(CONTENT, cms521, Reason.WEAK_ALGORITHM, "P-256");
  }

  @Test
  void refusesASignatureMadeByAnotherKey() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    TestPki other = TestPki.of(KeyAlgorithm.EC_P256);
    byte[] cms =
        new ForgedCms()
            .signer(other.signerKey().getPrivate(), "SHA256withECDSA", pki.signer())
            .embed(pki.signer())
            .over(CONTENT);
    refused(CONTENT, cms, Reason.BAD_SIGNATURE);
    assertThatThrownBy(() ->
            DetachedCms.sign(CONTENT, other.signerKey().getPrivate(), List.of(pki.signer()), NOW))
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BAD_SIGNATURE));
  }

  @Test
  void refusesWhatIsNotSignedData() throws Exception {
    refused(CONTENT, new byte[0], Reason.MALFORMED);
    refused(CONTENT, "not DER".getBytes(UTF_8), Reason.MALFORMED);
    refused(CONTENT, new byte[300 * 1024], Reason.MALFORMED, "256 KiB");
    byte[] data = new ContentInfo(CMSObjectIdentifiers.data, null).getEncoded(ASN1Encoding.DER);
    refused(CONTENT, data, Reason.MALFORMED);
    byte[] nested = new DERSequence(new DERSequence(CMSObjectIdentifiers.signedData)).getEncoded();
    refused(CONTENT, nested, Reason.MALFORMED);
  }

  @Test
  void refusesAnotherContentType() throws Exception {
    byte[] cms = sign(TestPki.of(KeyAlgorithm.EC_P256));
    // ContentInfo { type, [0] SignedData { version, digests, encapContentInfo { type }, ... } }
    ASN1Sequence info = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(cms));
    ASN1Sequence data =
        ASN1Sequence.getInstance(
            (org.bouncycastle.asn1.ASN1TaggedObject) info.getObjectAt(1), true);
    ASN1EncodableVector changed = new ASN1EncodableVector();
    for (int i = 0; i < data.size(); i++) {
      changed.add(
          i == 2 ? new DERSequence(CMSObjectIdentifiers.envelopedData) : data.getObjectAt(i));
    }
    byte[] other =
        new ContentInfo(CMSObjectIdentifiers.signedData, new DERSequence(changed))
            .getEncoded(ASN1Encoding.DER);
    refused(CONTENT, other, Reason.MALFORMED, "expected data");
  }
}
