package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * An answer of an OCSP responder (RFC 6960). What it says counts only where {@link #check} is given
 * the issuer of the certificate: the issuer itself, or a responder that it named, must have signed.
 * Immutable and thread-safe.
 */
public final class OcspAnswer {
  /** Most bytes of an answer. */
  public static final int MAX_BYTES = 64 << 10;

  private static final Duration CLOCK_SKEW = Duration.ofMinutes(10);
  private static final String OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";

  /** What is said of a certificate. */
  public enum State {
    /** Nothing: the answer is about others, not by whom it should be, or not of now. */
    NOTHING,
    /** Not revoked. */
    GOOD,
    /** Revoked. */
    REVOKED
  }

  private final byte[] encoded;
  private final BasicOCSPResp answer;

  private OcspAnswer(byte[] encoded, BasicOCSPResp answer) {
    this.encoded = encoded;
    this.answer = answer;
  }

  /**
   * Reads an answer. Nothing of it is believed yet.
   *
   * @param where what to call it in a message
   * @throws SigningException MALFORMED, also if the responder did not answer the question
   */
  public static OcspAnswer read(byte[] der, String where) throws SigningException {
    if (der.length > MAX_BYTES) {
      throw malformed(where + " has " + der.length + " bytes: at most " + MAX_BYTES);
    }
    try {
      OCSPResp response = new OCSPResp(der);
      if (response.getStatus() != OCSPResp.SUCCESSFUL) {
        throw malformed(where + " is no answer: the responder says " + response.getStatus());
      }
      if (response.getResponseObject() instanceof BasicOCSPResp basic) {
        return new OcspAnswer(der.clone(), basic);
      }
    } catch (IOException | OCSPException | RuntimeException e) {
      throw new SigningException(
          Reason.MALFORMED, where + " is not an OCSP answer: " + e.getMessage(), e);
    }
    throw malformed(where + " is not a basic OCSP answer");
  }

  private static SigningException malformed(String message) {
    return new SigningException(Reason.MALFORMED, message);
  }

  /** As it was read, in DER. */
  public byte[] encoded() {
    return encoded.clone();
  }

  /** Which certificate it is about: answers with the same text are about the same. */
  public String about() {
    SingleResp[] all = answer.getResponses();
    return all.length == 0
        ? ""
        : HexFormat.of().formatHex(all[0].getCertID().getIssuerKeyHash())
            + "/"
            + all[0].getCertID().getSerialNumber().toString(16);
  }

  /** When the responder says that it made it. */
  public Instant producedAt() {
    return answer.getProducedAt().toInstant();
  }

  /** Does it carry this nonce (RFC 9654)? */
  public boolean hasNonce(byte[] nonce) {
    Extension extension = answer.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
    try {
      return extension != null
          && Arrays.equals(
              ASN1OctetString.getInstance(extension.getParsedValue()).getOctets(), nonce);
    } catch (RuntimeException e) {
      return false;
    }
  }

  /**
   * What it says of a certificate.
   *
   * @param issuer of the certificate, already trusted
   * @param maxAge the oldest answer that counts, besides its own end
   */
  public State check(
      X509Certificate certificate, X509Certificate issuer, Instant at, Duration maxAge) {
    try {
      if (!isSigned(issuer, at)) {
        return State.NOTHING;
      }
      X509CertificateHolder holder = new JcaX509CertificateHolder(issuer);
      var digests = new JcaDigestCalculatorProviderBuilder().build();
      for (SingleResp one : answer.getResponses()) {
        if (one.getCertID().getSerialNumber().equals(certificate.getSerialNumber())
            && one.getCertID().matchesIssuer(holder, digests)) {
          @Nullable CertificateStatus status = one.getCertStatus(); // null means good
          if (status instanceof RevokedStatus) {
            return State.REVOKED; // also of an old answer: it stays revoked
          }
          boolean good = status == null && isCurrent(one, at, maxAge);
          return good ? State.GOOD : State.NOTHING;
        }
      }
    } catch (Exception e) {
      // What hostile bytes make the parsers below throw is not documented; it says nothing.
      return State.NOTHING;
    }
    return State.NOTHING;
  }

  private static boolean isCurrent(SingleResp one, Instant at, Duration maxAge) {
    Instant since = one.getThisUpdate().toInstant();
    @Nullable Date next = one.getNextUpdate();
    return !since.isAfter(at.plus(CLOCK_SKEW))
        && !at.isAfter(since.plus(maxAge))
        && (next == null || !at.isAfter(next.toInstant()));
  }

  private boolean isSigned(X509Certificate issuer, Instant at) throws Exception {
    SignatureAlgorithms.checkCertificate(answer.getSignatureAlgorithmID());
    if (isSignedBy(issuer)) {
      return true;
    }
    for (X509CertificateHolder embedded : answer.getCerts()) {
      X509Certificate responder = new JcaX509CertificateConverter().getCertificate(embedded);
      if (isResponder(responder, issuer, at) && isSignedBy(responder)) {
        return true;
      }
    }
    return false;
  }

  private boolean isSignedBy(X509Certificate signer)
      throws SigningException, OperatorCreationException, OCSPException {
    KeyAlgorithm.of(signer.getPublicKey());
    return answer.isSignatureValid(
        new JcaContentVerifierProviderBuilder().build(signer.getPublicKey()));
  }

  /** A responder that the issuer named: RFC 6960 section 4.2.2.2. Who revokes it is not asked. */
  private static boolean isResponder(
      X509Certificate responder, X509Certificate issuer, Instant at) {
    try {
      responder.checkValidity(Date.from(at));
      responder.verify(issuer.getPublicKey());
      List<String> purposes = responder.getExtendedKeyUsage();
      return purposes != null
          && purposes.contains(OCSP_SIGNING)
          && responder.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
          // Without it, whether the responder itself was revoked would have to be asked.
          && responder.getExtensionValue(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck.getId())
              != null;
    } catch (java.security.GeneralSecurityException e) {
      return false;
    }
  }
}
