package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.io.ByteArrayInputStream;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;

/** Reads and writes certificate revocation lists (RFC 5280 section 5). */
public final class RevocationLists {
  /** Most bytes of one list: about 100,000 certificates. */
  public static final int MAX_BYTES = 4 << 20;

  private RevocationLists() {}

  /**
   * One list, DER or PEM. Its signature is not checked here.
   *
   * @param where what to call it in a message
   * @throws SigningException MALFORMED
   */
  public static X509CRL read(byte[] encoded, String where) throws SigningException {
    if (encoded.length > MAX_BYTES) {
      throw new SigningException(
          Reason.MALFORMED, where + " has " + encoded.length + " bytes: at most " + MAX_BYTES);
    }
    try {
      Object read =
          CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(encoded));
      if (read instanceof X509CRL list) {
        return list;
      }
    } catch (CRLException | CertificateException | RuntimeException e) {
      throw new SigningException(
          Reason.MALFORMED, where + " is not a revocation list: " + e.getMessage(), e);
    }
    throw new SigningException(Reason.MALFORMED, where + " is not a revocation list");
  }

  /** The list in DER. */
  public static byte[] encoded(X509CRL list) {
    try {
      return list.getEncoded();
    } catch (CRLException e) {
      throw new IllegalStateException("a parsed list has an encoding", e);
    }
  }
}
