package dev.hostler.common.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509ExtendedTrustManager;

/** Asks for an extended key usage of our own on top of what another trust manager asks. */
final class PurposeTrustManager extends DelegatingTrustManager {
  private final X509ExtendedTrustManager pkix;
  private final String purpose;

  PurposeTrustManager(X509ExtendedTrustManager pkix, String purpose) {
    this.pkix = pkix;
    this.purpose = purpose;
  }

  @Override
  void check(X509Certificate[] chain, Question question) throws CertificateException {
    question.ask(pkix);
    require(chain[0], purpose);
  }

  static void require(X509Certificate certificate, String purpose) throws CertificateException {
    List<String> purposes = certificate.getExtendedKeyUsage();
    if (purposes == null || !purposes.contains(purpose)) {
      throw new CertificateException(
          "the certificate of '"
              + certificate.getSubjectX500Principal()
              + "' lacks the extended key usage "
              + purpose);
    }
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return pkix.getAcceptedIssuers();
  }
}
