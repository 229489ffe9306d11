package dev.hostler.common.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes the CA from the chain that the server sends, if it is the one that was announced. */
final class CaDigestTrustManager extends DelegatingTrustManager {
  private final byte[] sha256;
  private final @Nullable String purpose;

  CaDigestTrustManager(byte[] sha256, @Nullable String purpose) {
    if (sha256.length != 32) {
      throw new IllegalArgumentException(
          "a SHA-256 digest has 32 bytes, this has " + sha256.length);
    }
    this.sha256 = sha256.clone();
    this.purpose = purpose;
  }

  @Override
  void check(X509Certificate[] chain, Question question) throws CertificateException {
    question.ask(TlsTrust.pkix(List.of(announced(chain))));
    if (purpose != null) {
      PurposeTrustManager.require(chain[0], purpose);
    }
  }

  private X509Certificate announced(X509Certificate[] chain) throws CertificateException {
    // The server's own certificate is never its CA: a chain of one would vouch for itself.
    for (int i = 1; i < chain.length; i++) {
      if (MessageDigest.isEqual(sha256, digest(chain[i])) && chain[i].getBasicConstraints() >= 0) {
        return chain[i];
      }
    }
    throw new CertificateException(
        "the server does not show the CA certificate with SHA-256 "
            + HexFormat.of().formatHex(sha256)
            + " that was announced: it is another server, or its CA has changed");
  }

  private static byte[] digest(X509Certificate certificate) throws CertificateException {
    try {
      return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new CertificateException(e);
    }
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
