package dev.hostler.common.signing;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/** How certificates are named where one must be told from all others. */
public final class Fingerprints {
  private Fingerprints() {}

  /** SHA-256 of the certificate in DER, 64 lower-case hex digits. */
  public static String sha256(X509Certificate certificate) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }
}
