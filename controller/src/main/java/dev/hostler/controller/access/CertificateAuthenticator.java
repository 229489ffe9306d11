package dev.hostler.controller.access;

import dev.hostler.controller.failure.RequestException;
import dev.hostler.trust.job.JobException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Operators by certificate: name and roles are URIs among its subject alternative names. Roles that
 * the configuration gives an operator take the place of those in the certificate. Thread-safe.
 */
public final class CertificateAuthenticator implements Authenticator {
  private final Map<String, Set<String>> configured;

  /** With the operators of the configuration. */
  public CertificateAuthenticator(AccessConfig config) {
    this.configured = config.operators();
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
      Set<String> roles = configured.get(named.name());
      return Optional.of(new Operator(named.name(), roles == null ? named.roles() : roles));
    } catch (JobException e) {
      throw new RequestException(
          RequestException.Kind.UNAUTHENTICATED, String.valueOf(e.getMessage()), e);
    }
  }
}
