package dev.hostler.common.signing;

import java.io.IOException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Detached CMS signatures (RFC 5652) of one narrow form: DER, one SignerInfo with signed
 * attributes, SHA-2 or Ed25519, the signer's certificate and those above it embedded. What is made
 * here verifies with other tools; what other tools make is verified by {@link #verify} if it has
 * this form.
 */
public final class DetachedCms {
  private DetachedCms() {}

  /**
   * The signer of some content.
   *
   * @param chain the signing certificate first, then the other embedded certificates
   * @param claimedTime when the signer says that it signed; nobody vouches for it
   */
  public record Signer(List<X509Certificate> chain, @Nullable Instant claimedTime) {
    public Signer {
      chain = List.copyOf(chain);
    }

    /** The certificate whose key made the signature. */
    public X509Certificate certificate() {
      return chain.getFirst();
    }
  }

  /**
   * Signs.
   *
   * @param key the signing key
   * @param chain the certificate of {@code key} first, then those above it; the root is not needed
   * @param time what to say about when it was signed
   * @return the signature in DER
   * @throws SigningException WEAK_ALGORITHM if the key is not accepted, MALFORMED if it is not the
   *     key of the first certificate
   */
  public static byte[] sign(
      byte[] content, PrivateKey key, List<X509Certificate> chain, Instant time)
      throws SigningException {
    // A key that stays on its token shows nothing of itself; its certificate does.
    KeyAlgorithm algorithm =
        KeyAlgorithm.of(key.getEncoded() == null ? chain.getFirst().getPublicKey() : key);
    try {
      CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
      Attribute signingTime =
          new Attribute(CMSAttributes.signingTime, new DERSet(new Time(Date.from(time))));
      AttributeTable attributes = new AttributeTable(new DERSet(signingTime));
      generator.addSignerInfoGenerator(
          new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
              .setSignedAttributeGenerator(new DefaultSignedAttributeTableGenerator(attributes))
              .build(
                  new JcaContentSignerBuilder(algorithm.signatureAlgorithm()).build(key),
                  chain.getFirst()));
      generator.addCertificates(new JcaCertStore(chain));
      byte[] signature =
          generator
              .generate(new CMSProcessableByteArray(content), false)
              .toASN1Structure()
              .getEncoded(ASN1Encoding.DER);
      // A key that does not belong to the certificate is found here, not on a thousand hosts.
      verify(content, signature);
      return signature;
    } catch (CMSException
        | OperatorCreationException
        | CertificateEncodingException
        | IOException e) {
      throw new IllegalStateException("could not sign", e);
    }
  }

  /**
   * Verifies that a signature was made over this content by the key of the certificate that it
   * names. Says nothing on whether that certificate is trusted: see {@link ChainValidator}.
   *
   * @throws SigningException MALFORMED, WEAK_ALGORITHM or BAD_SIGNATURE
   */
  public static Signer verify(byte[] content, byte[] signature) throws SigningException {
    return new CmsVerifier(content, signature).verify();
  }
}
