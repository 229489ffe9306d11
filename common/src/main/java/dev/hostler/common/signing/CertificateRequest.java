package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * PKCS#10 (RFC 2986). Only the key counts: whoever issues decides the name and everything else.
 *
 * @param publicKey the requester's key, which it has proven to hold
 */
public record CertificateRequest(PublicKey publicKey) {
  private static final int MAX_BYTES = 16 * 1024;

  /**
   * A request for a key, in DER. Written by hand: agents and the CLI make requests, and Bouncy
   * Castle's first use costs them more time and memory than all the rest.
   *
   * @throws SigningException WEAK_ALGORITHM if the key is not accepted
   */
  public static byte[] create(KeyPair pair, String commonName) throws SigningException {
    KeyAlgorithm algorithm = KeyAlgorithm.of(pair.getPublic());
    byte[] name =
        Der.sequence(
            Der.set(Der.sequence(Der.oid(0x55, 0x04, 0x03), Der.utf8(commonName)))); // 2.5.4.3: CN
    // RFC 2986 section 4.1: version 0, subject, key, no attributes.
    byte[] info =
        Der.sequence(Der.integer(0), name, pair.getPublic().getEncoded(), Der.emptyContext(0));
    try {
      Signature signature = Signature.getInstance(algorithm.signatureAlgorithm());
      signature.initSign(pair.getPrivate());
      signature.update(info);
      return Der.sequence(info, algorithm.identifier(), Der.bits(signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("could not make a certificate request", e);
    }
  }

  /**
   * Reads a request and checks that it is signed by its own key.
   *
   * @throws SigningException MALFORMED, WEAK_ALGORITHM or BAD_SIGNATURE
   */
  public static CertificateRequest parse(byte[] der) throws SigningException {
    if (der.length > MAX_BYTES) {
      throw new SigningException(
          Reason.MALFORMED, "the certificate request has " + der.length + " bytes: at most 16 KiB");
    }
    try {
      JcaPKCS10CertificationRequest request =
          new JcaPKCS10CertificationRequest(new PKCS10CertificationRequest(der));
      PublicKey key = request.getPublicKey();
      KeyAlgorithm.of(key);
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw new SigningException(
            Reason.BAD_SIGNATURE, "the certificate request is not signed by its own key");
      }
      return new CertificateRequest(key);
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException e) {
      throw new SigningException(
          Reason.MALFORMED, "not a PKCS#10 certificate request: " + e.getMessage(), e);
    }
  }
}
