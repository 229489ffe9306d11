package dev.hostler.common.tls;

import dev.hostler.common.signing.ChainValidator;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Trusts clients by roots that may change, and for a while after their certificates have ended. */
final class ClientTrustManager extends DelegatingTrustManager {
  private final Supplier<List<X509Certificate>> roots;
  private final String purpose;
  private final Duration grace;
  private final InstantSource clock;
  private volatile @Nullable Validator current;

  private record Validator(List<X509Certificate> roots, ChainValidator chains) {}

  ClientTrustManager(
      Supplier<List<X509Certificate>> roots, String purpose, Duration grace, InstantSource clock) {
    this.roots = roots;
    this.purpose = purpose;
    this.grace = grace;
    this.clock = clock;
  }

  @Override
  void check(X509Certificate[] chain, Question question) throws CertificateException {
    if (chain.length == 0) {
      throw new CertificateException("no certificate was presented");
    }
    Instant now = clock.instant();
    Instant end = chain[0].getNotAfter().toInstant();
    // Within the grace a certificate is judged as of its last moment.
    Instant at = now.isAfter(end) && !now.isAfter(end.plus(grace)) ? end : now;
    try {
      validator().validate(List.of(chain), at);
    } catch (SigningException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  private ChainValidator validator() {
    List<X509Certificate> now = roots.get();
    Validator validator = current;
    if (validator == null || !validator.roots.equals(now)) {
      validator = new Validator(now, new ChainValidator(now, purpose, RevocationPolicy.none()));
      current = validator;
    }
    return validator.chains;
  }

  /** None: clients are asked for any certificate, whatever the roots were when TLS was set up. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
