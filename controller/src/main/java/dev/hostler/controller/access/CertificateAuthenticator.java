package dev.hostler.controller.access;

import dev.hostler.controller.failure.RequestException;
import dev.hostler.trust.job.JobException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * Operators by certificate: name and roles are URIs among its subject alternative names. Roles that
 * the configuration gives an operator take the place of those in the certificate. Thread-safe.
 */
public final class CertificateAuthenticator implements Authenticator {
  private final AccessConfig config;

  /** With the operators of the configuration. */
  public CertificateAuthenticator(AccessConfig config) {
    this.config = config;
  }

  @Override
  public Optional<Operator> authenticate(Presented presented) {
    List<X509Certificate> chain = presented.certificates();
    if (chain.isEmpty()) {
      return Optional.empty();
    }
    X509Certificate certificate = chain.getFirst();
    try {
      dev.hostler.trust.job.Operator named = dev.hostler.trust.job.Operator.of(certificate);
      return Optional.of(config.operator(named.name(), named.roles()));
    } catch (JobException e) {
      throw new RequestException(
          RequestException.Kind.UNAUTHENTICATED, String.valueOf(e.getMessage()), e);
    }
  }
}
