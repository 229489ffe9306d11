package dev.hostler.common.signing;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** Makes the CMS structures that must be refused. */
public final class ForgedCms {
  private final List<Object[]> signers = new ArrayList<>();
  private final List<X509Certificate> embedded = new ArrayList<>();
  private boolean direct;
  private boolean attached;
  private String encoding = ASN1Encoding.DER;

  public ForgedCms signer(PrivateKey key, String algorithm, X509Certificate certificate) {
    signers.add(new Object[] {key, algorithm, certificate});
    return this;
  }

  public ForgedCms embed(X509Certificate... certificates) {
    embedded.addAll(List.of(certificates));
    return this;
  }

  /** Signs the content itself: no signed attributes. */
  public ForgedCms withoutSignedAttributes() {
    direct = true;
    return this;
  }

  public ForgedCms attached() {
    attached = true;
    return this;
  }

  public ForgedCms encoding(String asn1Encoding) {
    encoding = asn1Encoding;
    return this;
  }

  public byte[] over(byte[] content) throws Exception {
    CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
    for (Object[] signer : signers) {
      generator.addSignerInfoGenerator(
          new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
              .setDirectSignature(direct)
              .build(
                  new JcaContentSignerBuilder((String) signer[1])
                      .setProvider(new BouncyCastleProvider())
                      .build((PrivateKey) signer[0]),
                  (X509Certificate) signer[2]));
    }
    generator.addCertificates(new JcaCertStore(embedded));
    return generator
        .generate(new CMSProcessableByteArray(content), attached)
        .toASN1Structure()
        .getEncoded(encoding);
  }
}
