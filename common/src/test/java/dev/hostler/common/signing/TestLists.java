package dev.hostler.common.signing;

import java.math.BigInteger;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes revocation lists for tests. */
public final class TestLists {
  private TestLists() {}

  /** A list of an authority. */
  public static X509CRL of(
      CertificateAuthority issuer, Instant from, Instant next, X509Certificate... revoked)
      throws Exception {
    var builder =
        new JcaX509v2CRLBuilder(issuer.certificate().getSubjectX500Principal(), Date.from(from));
    if (next != null) {
      builder.setNextUpdate(Date.from(next));
    }
    for (X509Certificate one : revoked) {
      builder.addCRLEntry(one.getSerialNumber(), Date.from(from), CRLReason.keyCompromise);
    }
    builder.addExtension(
        Extension.authorityKeyIdentifier,
        false,
        new JcaX509ExtensionUtils()
            .createAuthorityKeyIdentifier(issuer.certificate().getPublicKey()));
    builder.addExtension(
        Extension.cRLNumber,
        false,
        new org.bouncycastle.asn1.x509.CRLNumber(BigInteger.valueOf(from.getEpochSecond())));
    return new JcaX509CRLConverter()
        .getCRL(
            builder.build(
                new JcaContentSignerBuilder(KeyAlgorithm.of(issuer.key()).signatureAlgorithm())
                    .build(issuer.key())));
  }
}
