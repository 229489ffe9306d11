package dev.hostler.cli.fake;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A fleet CA with certificates as the controller makes them, in PEM files of one folder. */
public final class TestFleet {
  private final Path folder;
  private final KeyPair caKey;
  private final X509Certificate ca;

  /** Makes ca.crt, controller.{crt,key} and admin.{crt,key} in {@code folder}. */
  public TestFleet(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      caKey = newKey();
      ca = certificate("Test fleet CA", caKey, "Test fleet CA", caKey, true, null, List.of());
      write("ca.crt", pem("CERTIFICATE", ca.getEncoded()));
      leaf("controller", KeyPurposeId.id_kp_serverAuth);
      leaf("admin", KeyPurposeId.id_kp_clientAuth);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A file of the folder. */
  public Path file(String name) {
    return folder.resolve(name);
  }

  /** Makes this fleet's controller show a certificate of another fleet. */
  public void serveWith(TestFleet other, String name) {
    try {
      Files.copy(other.file(name + ".crt"), file("controller.crt"), REPLACE_EXISTING);
      Files.copy(other.file(name + ".key"), file("controller.key"), REPLACE_EXISTING);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void leaf(String name, KeyPurposeId purpose)
      throws GeneralSecurityException, IOException {
    KeyPair key = newKey();
    List<GeneralName> names =
        purpose.equals(KeyPurposeId.id_kp_serverAuth)
            ? List.of(
                new GeneralName(GeneralName.dNSName, "localhost"),
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"))
            : List.of(
                new GeneralName(
                    GeneralName.uniformResourceIdentifier, "hostler://operator/" + name));
    X509Certificate certificate =
        certificate(name, key, "Test fleet CA", caKey, false, purpose, names);
    write(
        name + ".crt",
        pem("CERTIFICATE", certificate.getEncoded()) + pem("CERTIFICATE", ca.getEncoded()));
    write(name + ".key", pem("PRIVATE KEY", key.getPrivate().getEncoded()));
  }

  private static KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  private static X509Certificate certificate(
      String subject,
      KeyPair key,
      String issuer,
      KeyPair issuerKey,
      boolean isCa,
      @org.jspecify.annotations.Nullable KeyPurposeId purpose,
      List<GeneralName> names)
      throws GeneralSecurityException, IOException {
    java.time.Instant now = dev.hostler.common.time.TimeSource.system().instant();
    var builder =
        new JcaX509v3CertificateBuilder(
            new X500Principal("CN=" + issuer),
            new BigInteger(63, new java.security.SecureRandom()),
            Date.from(now.minus(Duration.ofHours(1))),
            Date.from(now.plus(Duration.ofDays(1))),
            new X500Principal("CN=" + subject),
            key.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isCa));
    if (isCa) {
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    }
    if (purpose != null) {
      KeyPurpose ours =
          purpose.equals(KeyPurposeId.id_kp_serverAuth)
              ? KeyPurpose.CONTROLLER
              : KeyPurpose.OPERATOR;
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              new KeyPurposeId[] {
                purpose, KeyPurposeId.getInstance(new ASN1ObjectIdentifier(ours.oid()))
              }));
    }
    if (!names.isEmpty()) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(names.toArray(GeneralName[]::new)));
    }
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey.getPrivate())));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(file(name), text);
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /** The CA. */
  public CertificateAuthority authority() {
    return new CertificateAuthority(caKey.getPrivate(), ca);
  }

  /** A certificate for the operator admin. */
  public X509Certificate certificate(PublicKey key, Instant from, Instant until) {
    try {
      return authority()
          .issue(
              key,
              CertificateProfile.of("admin", from, until)
                  .purpose(CertificateProfile.CLIENT_AUTH)
                  .purpose(KeyPurpose.OPERATOR.oid())
                  .uri("hostler://operator/admin"));
    } catch (SigningException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A certificate for the key of the operator of that name, in a file of its own. */
  public Path aged(String name, Instant from, Instant until) {
    try {
      PublicKey key = Pem.certificates(file(name + ".crt")).getFirst().getPublicKey();
      Path file = Files.createTempFile(folder, "aged", ".crt");
      Files.writeString(file, Pem.encode(List.of(certificate(key, from, until))));
      return file;
    } catch (IOException | SigningException e) {
      throw new IllegalStateException(e);
    }
  }
}
