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
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PolicyConstraints;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms that the JDK lets pass; the path is fine otherwise. */
class CertificateRulesTest {
  private static final KeyPair ROOT_KEY = KeyAlgorithm.EC_P256.generate();
  private static final X500Principal ROOT_NAME = new X500Principal("CN=root");
  private static final KeyPair LEAF_KEY = KeyAlgorithm.EC_P256.generate();

  private record Extra(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {}

  private static CertificateAuthority root() throws Exception {
    JcaX509v3CertificateBuilder builder = builder(ROOT_NAME, BigInteger.TWO, ROOT_KEY);
    builder.addExtension(
        Extension.basicConstraints, true, new org.bouncycastle.asn1.x509.BasicConstraints(2));
    return new CertificateAuthority(ROOT_KEY.getPrivate(), sign(builder));
  }

  private static X509Certificate leaf(BigInteger serial, Extra... extras) throws Exception {
    JcaX509v3CertificateBuilder builder = builder(new X500Principal("CN=leaf"), serial, LEAF_KEY);
    builder.addExtension(
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(KeyPurposeId.getInstance(new ASN1ObjectIdentifier(PURPOSE))));
    for (Extra extra : extras) {
      builder.addExtension(extra.oid(), extra.critical(), extra.value());
    }
    return sign(builder);
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Principal subject, BigInteger serial, KeyPair key) {
    return new JcaX509v3CertificateBuilder(
        ROOT_NAME, serial, Date.from(FROM), Date.from(TO), subject, key.getPublic());
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder) throws Exception {
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(ROOT_KEY.getPrivate())));
  }

  private static Extra names(GeneralName name) {
    return new Extra(Extension.subjectAlternativeName, false, new GeneralNames(name));
  }

  private static void refused(X509Certificate leaf, String word) throws Exception {
    ChainValidator validator =
        new ChainValidator(List.of(root().certificate()), PURPOSE, RevocationPolicy.none());
    assertThatThrownBy(() -> validator.validate(List.of(leaf), NOW))
        .isInstanceOfSatisfying(
            SigningException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED))
        .hasMessageContaining(word);
  }

  private static void accepted(X509Certificate leaf) throws Exception {
    assertThat(
            new ChainValidator(List.of(root().certificate()), PURPOSE, RevocationPolicy.none())
                .validate(List.of(leaf), NOW))
        .hasSize(2);
  }

  @Test
  void boundsTheSerialNumber() throws Exception {
    accepted(leaf(BigInteger.ONE));
    accepted(leaf(BigInteger.ONE.shiftLeft(159).subtract(BigInteger.ONE)));
    refused(leaf(BigInteger.ZERO), "serial number");
    refused(leaf(BigInteger.ONE.negate()), "serial number");
    refused(leaf(BigInteger.ONE.shiftLeft(159)), "serial number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"host.example.com", "*.example.com", "localhost", "a-1.example", "X.Y"})
  void acceptsDnsNames(String name) throws Exception {
    accepted(leaf(BigInteger.ONE, names(new GeneralName(GeneralName.dNSName, name))));
  }

  @ParameterizedTest
  @CsvSource({
    "2, .example.com, no DNS name",
    "2, foo_bar.example.com, no DNS name",
    "2, 8.8.8.8, no DNS name",
    "2, a..b, no DNS name",
    "2, -a.example.com, no DNS name",
    "2, a.*.com, no DNS name",
    "1, a@b@example.com, no mailbox",
    "1, example.com, no mailbox"
  })
  void refusesWhatIsNoName(int tag, String name, String word) throws Exception {
    refused(leaf(BigInteger.ONE, names(new GeneralName(tag, name))), word);
  }

  @Test
  void refusesNetworksWhereAnAddressBelongs() throws Exception {
    GeneralName network =
        new GeneralName(
            GeneralName.iPAddress, new DEROctetString(new byte[] {10, 0, 0, 0, -1, 0, 0, 0}));
    refused(leaf(BigInteger.ONE, names(network)), "IP address of 8 octets");
    accepted(leaf(BigInteger.ONE, names(new GeneralName(GeneralName.iPAddress, "10.0.0.1"))));
  }

  @Test
  void refusesExtensionsThatCannotBeParsed() throws Exception {
    refused(
        leaf(
            BigInteger.ONE,
            new Extra(Extension.subjectAlternativeName, false, new DERUTF8String("a.example"))),
        "broken, in an extension");
  }

  @Test
  void refusesCasPowersInAnEndEntity() throws Exception {
    refused(
        leaf(BigInteger.ONE, new Extra(Extension.keyUsage, true, new KeyUsage(128 | 4))),
        "keyCertSign");
    NameConstraints constraints =
        new NameConstraints(
            new GeneralSubtree[] {
              new GeneralSubtree(new GeneralName(GeneralName.dNSName, "example.com"))
            },
            null);
    refused(
        leaf(BigInteger.ONE, new Extra(Extension.nameConstraints, true, constraints)),
        "name constraints and is not a CA");
    refused(
        leaf(BigInteger.ONE, new Extra(Extension.nameConstraints, false, constraints)),
        "not marked as critical");
  }

  @Test
  void refusesWrongCriticality() throws Exception {
    refused(
        leaf(
            BigInteger.ONE,
            new Extra(
                Extension.policyConstraints, false, new PolicyConstraints(null, BigInteger.ZERO))),
        "2.5.29.36 not marked as critical");
  }
}
