package dev.hostler.common.signing;

import dev.hostler.common.signing.CertificateProfile.AlternativeName;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A root that issues end-entity certificates. Thread-safe.
 *
 * @param key its private key
 * @param certificate its self-signed certificate
 */
public record CertificateAuthority(PrivateKey key, X509Certificate certificate) {
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Makes a root with a new key. It may sign end-entity certificates only (path length 0) and CRLs.
   *
   * @param commonName subject CN
   */
  public static CertificateAuthority create(
      String commonName, KeyAlgorithm algorithm, Instant notBefore, Instant notAfter) {
    return create(commonName, algorithm, notBefore, notAfter, 0);
  }

  /**
   * Makes a root with a new key.
   *
   * @param pathLength how many CA certificates may lie between it and an end entity
   */
  public static CertificateAuthority create(
      String commonName,
      KeyAlgorithm algorithm,
      Instant notBefore,
      Instant notAfter,
      int pathLength) {
    KeyPair pair = algorithm.generate();
    X500Principal name = distinguishedName(commonName);
    try {
      JcaX509v3CertificateBuilder builder =
          builder(name, name, pair.getPublic(), notBefore, notAfter);
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(pair.getPublic()));
      return new CertificateAuthority(pair.getPrivate(), sign(builder, pair.getPrivate()));
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("could not make a root certificate", e);
    }
  }

  /**
   * An authority below this one, with a new key.
   *
   * @param pathLength how many CA certificates may follow below it
   */
  public CertificateAuthority createBelow(
      String commonName,
      KeyAlgorithm algorithm,
      Instant notBefore,
      Instant notAfter,
      int pathLength) {
    KeyPair pair = algorithm.generate();
    try {
      JcaX509v3CertificateBuilder builder =
          builder(
              certificate.getSubjectX500Principal(),
              distinguishedName(commonName),
              pair.getPublic(),
              notBefore,
              notAfter);
      identifiers(builder, pair.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return new CertificateAuthority(pair.getPrivate(), sign(builder, key));
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("could not make an intermediate certificate", e);
    }
  }

  /**
   * A certificate of another root's name and key, issued by this one: whoever trusts this root can
   * tell by it that the other one is to take its place. Valid for as long as both are.
   */
  public X509Certificate endorse(X509Certificate root) {
    Instant from = later(root.getNotBefore().toInstant(), certificate.getNotBefore().toInstant());
    Instant rootEnd = root.getNotAfter().toInstant();
    Instant ownEnd = certificate.getNotAfter().toInstant();
    try {
      JcaX509v3CertificateBuilder builder =
          builder(
              certificate.getSubjectX500Principal(),
              root.getSubjectX500Principal(),
              root.getPublicKey(),
              from,
              rootEnd.isBefore(ownEnd) ? rootEnd : ownEnd);
      identifiers(builder, root.getPublicKey());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return sign(builder, key);
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("could not endorse a root", e);
    }
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /**
   * Issues an end-entity certificate.
   *
   * @throws SigningException WEAK_ALGORITHM if the subject's key is not accepted
   */
  public X509Certificate issue(PublicKey subject, CertificateProfile profile)
      throws SigningException {
    KeyAlgorithm.of(subject);
    try {
      JcaX509v3CertificateBuilder builder =
          builder(
              certificate.getSubjectX500Principal(),
              distinguishedName(profile.commonName()),
              subject,
              profile.notBefore(),
              profile.notAfter());
      identifiers(builder, subject);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      if (!profile.purposes().isEmpty()) {
        KeyPurposeId[] purposes =
            profile.purposes().stream()
                .map(oid -> KeyPurposeId.getInstance(new ASN1ObjectIdentifier(oid)))
                .toArray(KeyPurposeId[]::new);
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
      }
      if (!profile.names().isEmpty()) {
        GeneralName[] names =
            profile.names().stream()
                .map(CertificateAuthority::generalName)
                .toArray(GeneralName[]::new);
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
      return sign(builder, key);
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("could not issue a certificate", e);
    }
  }

  private static GeneralName generalName(AlternativeName name) {
    int tag =
        switch (name.kind()) {
          case DNS -> GeneralName.dNSName;
          case IP -> GeneralName.iPAddress;
          case URI -> GeneralName.uniformResourceIdentifier;
        };
    return new GeneralName(tag, name.value());
  }

  private void identifiers(JcaX509v3CertificateBuilder builder, PublicKey subject)
      throws IOException, GeneralSecurityException {
    JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(subject));
    builder.addExtension(
        Extension.authorityKeyIdentifier,
        false,
        ids.createAuthorityKeyIdentifier(certificate.getPublicKey()));
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Principal issuer,
      X500Principal subject,
      PublicKey subjectKey,
      Instant notBefore,
      Instant notAfter) {
    // 127 random bits with the highest set: positive, never zero, 16 octets (RFC 5280 section
    // 4.1.2.2).
    BigInteger serial = new BigInteger(127, RANDOM).setBit(126);
    return new JcaX509v3CertificateBuilder(
        issuer, serial, Date.from(notBefore), Date.from(notAfter), subject, subjectKey);
  }

  static X500Principal distinguishedName(String commonName) {
    try {
      return new X500Principal(
          new X500NameBuilder(BCStyle.INSTANCE)
              .addRDN(BCStyle.CN, commonName)
              .build()
              .getEncoded());
    } catch (IOException e) {
      throw new IllegalArgumentException("not a common name: '" + commonName + "'", e);
    }
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    try {
      String algorithm = KeyAlgorithm.of(key).signatureAlgorithm();
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
    } catch (SigningException e) {
      throw new IllegalArgumentException("the authority's own key is not accepted", e);
    }
  }
}
