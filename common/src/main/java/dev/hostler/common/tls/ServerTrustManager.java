package dev.hostler.common.tls;

import dev.hostler.common.signing.ChainValidator;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.X509ExtendedTrustManager;

/** Asks whether a server's certificate was revoked, on top of what another trust manager asks. */
final class ServerTrustManager extends DelegatingTrustManager {
  private final X509ExtendedTrustManager pkix;
  private final List<X509Certificate> roots;
  private final String purpose;
  private final Supplier<RevocationPolicy> revocation;
  private final Consumer<List<X509Certificate>> shown;
  private final InstantSource clock;

  ServerTrustManager(
      X509ExtendedTrustManager pkix,
      List<X509Certificate> roots,
      String purpose,
      Supplier<RevocationPolicy> revocation,
      Consumer<List<X509Certificate>> shown,
      InstantSource clock) {
    this.pkix = pkix;
    this.roots = List.copyOf(roots);
    this.purpose = purpose;
    this.revocation = revocation;
    this.shown = shown;
    this.clock = clock;
  }

  @Override
  void check(X509Certificate[] chain, Question question) throws CertificateException {
    question.ask(pkix); // also the name of the host
    try {
      shown.accept(
          new ChainValidator(roots, purpose, revocation.get())
              .validate(List.of(chain), clock.instant()));
    } catch (SigningException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return pkix.getAcceptedIssuers();
  }
}
