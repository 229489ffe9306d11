package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.jcajce.JcaCertificateID;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** A question to an OCSP responder (RFC 6960), with a nonce (RFC 9654). Immutable. */
public final class OcspQuestion {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int NONCE_BYTES = 32;

  private final byte[] nonce = new byte[NONCE_BYTES];
  private final byte[] encoded;

  /** Asks for the state of a certificate. */
  public OcspQuestion(X509Certificate certificate, X509Certificate issuer) {
    RANDOM.nextBytes(nonce);
    try {
      CertificateID id =
          new JcaCertificateID(
              // The one that every responder knows; it only names the issuer.
              new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1),
              issuer,
              certificate.getSerialNumber());
      this.encoded =
          new OCSPReqBuilder()
              .addRequest(id)
              .setRequestExtensions(
                  new Extensions(
                      new Extension(
                          OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                          false,
                          new DEROctetString(nonce).getEncoded())))
              .build()
              .getEncoded();
    } catch (OCSPException
        | OperatorCreationException
        | CertificateEncodingException
        | IOException e) {
      throw new IllegalStateException("could not make an OCSP request", e);
    }
  }

  /** In DER: the body of a POST of type application/ocsp-request. */
  public byte[] encoded() {
    return encoded.clone();
  }

  /**
   * Reads an answer to this question.
   *
   * @throws SigningException MALFORMED, also for an answer that was made for another question
   */
  public OcspAnswer answer(byte[] der, String where) throws SigningException {
    OcspAnswer answer = OcspAnswer.read(der, where);
    if (!answer.hasNonce(nonce)) {
      throw new SigningException(
          Reason.MALFORMED, where + " does not carry the nonce of the question: it may be old");
    }
    return answer;
  }

  /** Whom a certificate says to ask; empty if it names nobody. */
  public static Optional<URI> responder(X509Certificate certificate) {
    try {
      X509CertificateHolder holder = new JcaX509CertificateHolder(certificate);
      AuthorityInformationAccess access =
          AuthorityInformationAccess.fromExtensions(holder.getExtensions());
      if (access == null) {
        return Optional.empty();
      }
      for (AccessDescription one : access.getAccessDescriptions()) {
        if (one.getAccessMethod().equals(AccessDescription.id_ad_ocsp)
            && one.getAccessLocation().getTagNo() == GeneralName.uniformResourceIdentifier) {
          return Optional.of(URI.create(one.getAccessLocation().getName().toString()));
        }
      }
      return Optional.empty();
    } catch (CertificateEncodingException | RuntimeException e) {
      return Optional.empty();
    }
  }
}
