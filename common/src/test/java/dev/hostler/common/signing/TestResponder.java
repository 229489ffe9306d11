package dev.hostler.common.signing;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Answers OCSP questions in tests: signed with a key, with certificates embedded. */
public record TestResponder(PrivateKey key, X509Certificate signer, X509Certificate... embedded) {
  /** An answer of a successful responder. */
  public byte[] answer(
      byte[] question, boolean revoked, boolean withNonce, Instant since, Instant next)
      throws Exception {
    OCSPReq request = new OCSPReq(question);
    CertificateID id = request.getRequestList()[0].getCertID();
    CertificateStatus status =
        revoked
            ? new RevokedStatus(Date.from(since), CRLReason.keyCompromise)
            : CertificateStatus.GOOD;
    var builder =
        new BasicOCSPRespBuilder(new RespID(new JcaX509CertificateHolder(signer).getSubject()));
    builder.addResponse(
        id, status, Date.from(since), next == null ? null : Date.from(next), (Extensions) null);
    Extension nonce = request.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
    if (withNonce) {
      builder.setResponseExtensions(new Extensions(nonce));
    }
    X509CertificateHolder[] chain = new X509CertificateHolder[embedded.length];
    for (int i = 0; i < chain.length; i++) {
      chain[i] = new JcaX509CertificateHolder(embedded[i]);
    }
    var signed =
        builder.build(
            new JcaContentSignerBuilder(KeyAlgorithm.of(key).signatureAlgorithm()).build(key),
            chain,
            Date.from(since));
    return new OCSPRespBuilder().build(OCSPResp.SUCCESSFUL, signed).getEncoded();
  }
}
