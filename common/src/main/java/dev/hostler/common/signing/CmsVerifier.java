package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.io.IOException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.DefaultCMSSignatureAlgorithmNameGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.cms.bc.BcECSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.jspecify.annotations.Nullable;

/** One verification of one signature. The form is checked before any cryptography is done. */
final class CmsVerifier {
  private static final int MAX_BYTES = 256 * 1024;
  private static final int MAX_CERTIFICATES = 8;

  private final byte[] content;
  private final byte[] encoded;

  CmsVerifier(byte[] content, byte[] encoded) {
    this.content = content;
    this.encoded = encoded;
  }

  DetachedCms.Signer verify() throws SigningException {
    try {
      checkForm(parse());
      return check(new CMSSignedData(new CMSProcessableByteArray(content), encoded));
    } catch (CMSException | RuntimeException e) {
      // What hostile bytes make the parsers below throw is not documented, and all means the same.
      throw new SigningException(
          Reason.MALFORMED, "the signature is not CMS SignedData: " + e.getMessage(), e);
    }
  }

  private static DetachedCms.Signer check(CMSSignedData signed) throws SigningException {
    Collection<SignerInformation> signers = signed.getSignerInfos().getSigners();
    if (signers.size() != 1) {
      throw malformed("the signature has " + signers.size() + " signers: exactly one is expected");
    }
    SignerInformation signer = signers.iterator().next();
    checkAttributes(signer);
    List<X509Certificate> chain = chain(signed, signer);
    SignatureAlgorithms.checkCms(
        new AlgorithmIdentifier(
            new ASN1ObjectIdentifier(signer.getEncryptionAlgOID()),
            signer.toASN1Structure().getDigestEncryptionAlgorithm().getParameters()),
        signer.getDigestAlgorithmID(),
        chain.getFirst().getPublicKey());
    try {
      boolean good = signer.verify(verifier(chain.getFirst().getPublicKey()));
      if (!good) {
        throw bad("it was not made by the key of its certificate", null);
      }
    } catch (CMSException | OperatorCreationException e) {
      throw bad(String.valueOf(e.getMessage()), e);
    }
    return new DetachedCms.Signer(chain, claimedTime(signer));
  }

  /**
   * For NIST curves Bouncy Castle's own arithmetic: the JDK's takes ten times as long in a JVM that
   * keeps to its quick compiler, as agents and the command line do (1.3 ms for one signature).
   */
  private static SignerInformationVerifier verifier(PublicKey key)
      throws SigningException, OperatorCreationException {
    return switch (KeyAlgorithm.of(key)) {
      case EC_P256, EC_P384 -> {
        try {
          yield new BcECSignerInfoVerifierBuilder(
                  new DefaultCMSSignatureAlgorithmNameGenerator(),
                  new DefaultSignatureAlgorithmIdentifierFinder(),
                  new DefaultDigestAlgorithmIdentifierFinder(),
                  new BcDigestCalculatorProvider())
              .build(PublicKeyFactory.createKey(key.getEncoded()));
        } catch (IOException e) {
          throw bad("the key of its certificate cannot be read", e);
        }
      }
      case ED25519, RSA -> new JcaSimpleSignerInfoVerifierBuilder().build(key);
    };
  }

  /** DER and nothing after it: one content has one encoding, so nothing can hide in another. */
  private SignedData parse() throws SigningException {
    if (encoded.length > MAX_BYTES) {
      throw malformed("the signature has " + encoded.length + " bytes: at most 256 KiB");
    }
    try {
      // fromByteArray refuses trailing bytes.
      ASN1Primitive one = ASN1Primitive.fromByteArray(encoded);
      if (one == null || !Arrays.equals(one.getEncoded(ASN1Encoding.DER), encoded)) {
        throw malformed("the signature is not in DER, or has bytes after its end");
      }
      ContentInfo info = ContentInfo.getInstance(one);
      if (!info.getContentType().equals(CMSObjectIdentifiers.signedData)) {
        throw malformed(
            "the signature is CMS of type " + info.getContentType() + ": expected SignedData");
      }
      SignedData data = SignedData.getInstance(info.getContent());
      if (!isAsRead(data, info.getContent())) {
        throw malformed("the signature's SignedData is not in its one form");
      }
      return data;
    } catch (IOException e) {
      throw new SigningException(
          Reason.MALFORMED, "the signature is not whole DER: " + e.getMessage(), e);
    }
  }

  private static boolean isAsRead(ASN1Object read, ASN1Encodable raw) throws SigningException {
    try {
      return Arrays.equals(
          read.getEncoded(ASN1Encoding.DER), raw.toASN1Primitive().getEncoded(ASN1Encoding.DER));
    } catch (IOException e) {
      throw new SigningException(Reason.MALFORMED, "the signature cannot be encoded again", e);
    }
  }

  private static void checkForm(SignedData data) throws SigningException {
    if (!data.getEncapContentInfo().getContentType().equals(CMSObjectIdentifiers.data)) {
      throw malformed(
          "the signed content has type "
              + data.getEncapContentInfo().getContentType()
              + ": expected data");
    }
    if (data.getEncapContentInfo().getContent() != null) {
      throw malformed("the signature holds content of its own: it must be detached");
    }
    if (data.getSignerInfos().size() != 1) {
      throw malformed(
          "the signature has "
              + data.getSignerInfos().size()
              + " signers: exactly one is expected");
    }
    SignerInfo signer = SignerInfo.getInstance(data.getSignerInfos().getObjectAt(0));
    // BC reads an attribute set under any tag number, and writes it under the right one.
    if (!isAsRead(signer, data.getSignerInfos().getObjectAt(0))) {
      throw malformed("the signature's SignerInfo is not in its one form");
    }
    // Version 1 goes with a signer named by issuer and serial number, 3 with one named by key
    // identifier (RFC 5652 sections 5.1 and 5.3).
    int version = signer.getSID().isTagged() ? 3 : 1;
    if (!data.getVersion().hasValue(version) || !signer.getVersion().hasValue(version)) {
      throw malformed("the signature's version numbers are not " + version);
    }
    if (data.getDigestAlgorithms().size() != 1
        || !AlgorithmIdentifier.getInstance(data.getDigestAlgorithms().getObjectAt(0))
            .equals(signer.getDigestAlgorithm())) {
      throw malformed("the signature does not name exactly its signer's digest algorithm");
    }
    if (data.getCRLs() != null) {
      throw malformed("the signature holds revocation lists: they are not taken from there");
    }
  }

  private static void checkAttributes(SignerInformation signer) throws SigningException {
    AttributeTable attributes = signer.getSignedAttributes();
    if (attributes == null) {
      throw malformed("the signature has no signed attributes: they are required");
    }
    if (signer.getUnsignedAttributes() != null) {
      throw malformed("the signature has unsigned attributes: nobody vouches for them");
    }
    for (ASN1ObjectIdentifier type :
        List.of(CMSAttributes.contentType, CMSAttributes.messageDigest)) {
      Attribute only = single(attributes, type);
      if (only == null) {
        throw malformed("the signature lacks the signed attribute " + type);
      }
    }
    single(attributes, CMSAttributes.signingTime);
    if (!CMSObjectIdentifiers.data.equals(
        attributes.get(CMSAttributes.contentType).getAttributeValues()[0])) {
      throw malformed("the signed attribute contentType is not 'data'");
    }
  }

  private static @Nullable Attribute single(AttributeTable attributes, ASN1ObjectIdentifier type)
      throws SigningException {
    int count = attributes.getAll(type).size();
    if (count == 0) {
      return null;
    }
    Attribute one = attributes.get(type);
    if (count > 1 || one.getAttributeValues().length != 1) {
      throw malformed("the signed attribute " + type + " has several values");
    }
    return one;
  }

  private static List<X509Certificate> chain(CMSSignedData signed, SignerInformation signer)
      throws SigningException {
    Collection<X509CertificateHolder> all = signed.getCertificates().getMatches(null);
    if (all.size() > MAX_CERTIFICATES) {
      throw malformed(
          "the signature embeds " + all.size() + " certificates: at most " + MAX_CERTIFICATES);
    }
    for (X509CertificateHolder one : all) {
      // Every signature on the list is whole octets; the JDK ignores what this number says.
      if (one.toASN1Structure().getSignature().getPadBits() != 0) {
        throw malformed("the signature embeds a broken certificate: its signature has odd bits");
      }
    }
    // BC types the identifier of a signer as a raw Selector.
    @SuppressWarnings("unchecked")
    Collection<X509CertificateHolder> matching =
        signed.getCertificates().getMatches(signer.getSID());
    if (matching.size() != 1) {
      throw malformed(
          matching.isEmpty()
              ? "the signature does not embed the signer's certificate"
              : "the signature embeds several certificates that claim to be the signer's");
    }
    X509CertificateHolder leaf = matching.iterator().next();
    SignerIdentifier named = signer.toASN1Structure().getSID();
    if (!named.isTagged()
        && !isAsRead(
            leaf.getIssuer(), IssuerAndSerialNumber.getInstance(named.getId()).getName())) {
      // BC compares names without regard to case; one byte has one meaning here.
      throw malformed("the signature writes the issuer otherwise than the signer's certificate");
    }
    List<X509Certificate> chain = new ArrayList<>();
    try {
      JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
      chain.add(converter.getCertificate(leaf));
      for (X509CertificateHolder other : all) {
        if (!other.equals(leaf)) {
          chain.add(converter.getCertificate(other));
        }
      }
    } catch (CertificateException | RuntimeException e) {
      throw new SigningException(
          Reason.MALFORMED, "the signature embeds a broken certificate: " + e.getMessage(), e);
    }
    return chain;
  }

  private static @Nullable Instant claimedTime(SignerInformation signer) throws SigningException {
    Attribute time = single(signer.getSignedAttributes(), CMSAttributes.signingTime);
    if (time == null) {
      return null;
    }
    return Time.getInstance(time.getAttributeValues()[0]).getDate().toInstant();
  }

  private static SigningException malformed(String message) {
    return new SigningException(Reason.MALFORMED, message);
  }

  private static SigningException bad(String why, @Nullable Throwable cause) {
    String message = "the signature does not fit the signed bytes: " + why;
    return cause == null
        ? new SigningException(Reason.BAD_SIGNATURE, message)
        : new SigningException(Reason.BAD_SIGNATURE, message, cause);
  }
}
