package dev.hostler.common.signing;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** Any bytes as a signer's certificate and as a root: refused as documented, or of good form. */
public final class CertificateFuzz {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  private CertificateFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    X509Certificate certificate;
    try {
      certificate = Pem.certificate(input, "the input");
    } catch (SigningException e) {
      return;
    }
    try {
      CertificateRules.check(List.of(certificate, certificate));
    } catch (SigningException e) {
      // one of its refusals
    }
    try {
      new ChainValidator(List.of(certificate), null, RevocationPolicy.none())
          .validate(List.of(certificate), NOW);
      throw new IllegalStateException("a root was taken for an end entity");
    } catch (SigningException e) {
      // as it must be
    }
  }
}
