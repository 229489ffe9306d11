package dev.hostler.common.signing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.SigningException.Reason;
import java.math.BigInteger;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PemTest {
  @TempDir Path dir;

  private static void refused(String text, boolean key, Reason reason, String word) {
    assertThatThrownBy(
            () -> {
              if (key) {
                Pem.privateKey(text.getBytes(US_ASCII), "here");
              } else {
                Pem.certificates(text.getBytes(US_ASCII), "here");
              }
            })
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageStartingWith("here ")
        .hasMessageContaining(word);
  }

  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void keysAndCertificatesComeBack(KeyAlgorithm algorithm) throws Exception {
    TestPki pki = TestPki.of(algorithm);
    Path keyFile = dir.resolve("key");
    Pem.writeNewKey(keyFile, pki.signerKey().getPrivate());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keyFile)))
        .isEqualTo("rw-------");
    PrivateKey read = Pem.privateKey(keyFile);
    assertThat(read.getEncoded()).isEqualTo(pki.signerKey().getPrivate().getEncoded());
    assertThat(KeyAlgorithm.of(read)).isEqualTo(algorithm);
    assertThat(KeyAlgorithm.of(pki.signer().getPublicKey())).isEqualTo(algorithm);

    Path chain = dir.resolve("chain");
    Files.writeString(
        chain, "a comment\n" + Pem.encode(List.of(pki.signer(), pki.root().certificate())));
    assertThat(Pem.certificates(chain)).containsExactly(pki.signer(), pki.root().certificate());
  }

  /**
   * Found by fuzzing: the JDK reads the last byte of the key before it looks whether there is one.
   */
  @Test
  void aCertificateWithoutAKeyIsBroken() throws Exception {
    var signer =
        new JcaContentSignerBuilder("SHA256withECDSA")
            .build(KeyAlgorithm.EC_P256.generate().getPrivate());
    var empty =
        new SubjectPublicKeyInfo(
            new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519), new byte[0]);
    var name = new X500Name("CN=a");
    Date now = Date.from(TestPki.NOW);
    byte[] certificate =
        new X509v3CertificateBuilder(name, BigInteger.ONE, now, now, name, empty)
            .build(signer)
            .getEncoded();
    assertThatThrownBy(() -> Pem.certificate(certificate, "it"))
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED))
        .hasMessageContaining("broken certificate");
    byte[] request = new PKCS10CertificationRequestBuilder(name, empty).build(signer).getEncoded();
    assertThatThrownBy(() -> CertificateRequest.parse(request))
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
  }

  @Test
  void neverOverwritesAKey() throws Exception {
    KeyPair pair = KeyAlgorithm.ED25519.generate();
    Path file = dir.resolve("key");
    Pem.writeNewKey(file, pair.getPrivate());
    assertThatThrownBy(() -> Pem.writeNewKey(file, pair.getPrivate()))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void saysWhatIsWrongWithAText() throws Exception {
    TestPki pki = TestPki.of(KeyAlgorithm.EC_P256);
    String key = Pem.encode(pki.signerKey().getPrivate());
    String certificate = Pem.encode(List.of(pki.signer()));
    refused("nothing", false, Reason.MALFORMED, "no certificate");
    refused(key, false, Reason.MALFORMED, "private key");
    refused(certificate.replace("CERTIFICATE", "X"), false, Reason.MALFORMED, "'X'");
    refused(certificate.replace("MII", "M*I"), false, Reason.MALFORMED, "Base64");
    refused(certificate.replace("MII", "AAA"), false, Reason.MALFORMED, "broken certificate");
    refused(certificate.substring(0, 200), false, Reason.MALFORMED, "cut off");
    refused(certificate, true, Reason.MALFORMED, "openssl pkcs8");
    refused(key + key, true, Reason.MALFORMED, "2 PEM blocks");
    refused(key.replace("PRIVATE", "RSA PRIVATE"), true, Reason.MALFORMED, "PKCS#8");
    refused(key.replaceFirst("\nM", "\nA"), true, Reason.MALFORMED, "broken private key");
  }

  @Test
  void refusesKeysThatAreNotOnTheList() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    String shortKey = Pem.encode(rsa.generateKeyPair().getPrivate());
    assertThatThrownBy(() -> Pem.privateKey(shortKey.getBytes(US_ASCII), "here"))
        .hasMessageContaining("2048 bits");
    KeyPairGenerator x25519 = KeyPairGenerator.getInstance("X25519");
    refused(
        Pem.encode(x25519.generateKeyPair().getPrivate()),
        true,
        Reason.WEAK_ALGORITHM,
        "1.3.101.110");
  }

  @Test
  void refusesLargeFilesAndTrailingBytes() throws Exception {
    Path large = Files.write(dir.resolve("large"), new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> Pem.certificates(large)).hasMessageContaining("1 MiB");
    byte[] der = TestPki.of(KeyAlgorithm.ED25519).signer().getEncoded();
    assertThatThrownBy(() -> Pem.certificate(java.util.Arrays.copyOf(der, der.length + 1), "here"))
        .hasMessageContaining("after a certificate");
  }

  @Test
  void requestsProveTheirKey() throws Exception {
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    byte[] request = CertificateRequest.create(pair, "host,with=odd+name");
    assertThat(CertificateRequest.parse(request).publicKey()).isEqualTo(pair.getPublic());

    byte[] altered = request.clone();
    altered[request.length - 1] ^= 1;
    assertThatThrownBy(() -> CertificateRequest.parse(altered))
        .isInstanceOfSatisfying(
            SigningException.class,
            e -> assertThat(e.reason()).isIn(Reason.BAD_SIGNATURE, Reason.MALFORMED));
    assertThatThrownBy(() -> CertificateRequest.parse(new byte[] {1, 2, 3}))
        .hasMessageContaining("PKCS#10");
    assertThatThrownBy(() -> CertificateRequest.parse(new byte[20_000]))
        .hasMessageContaining("16 KiB");
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    assertThatThrownBy(() -> CertificateRequest.create(rsa.generateKeyPair(), "x"))
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(Reason.WEAK_ALGORITHM));
  }

  @Test
  void aProfileMustLast() {
    assertThatThrownBy(() -> CertificateProfile.of("x", TestPki.TO, TestPki.FROM))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
