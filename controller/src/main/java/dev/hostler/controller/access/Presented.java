package dev.hostler.controller.access;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a caller shows of itself.
 *
 * @param certificates the chain that TLS has verified, leaf first; empty: none was presented
 * @param bearerToken of the Authorization header; empty: none was presented. Never shown
 */
public record Presented(List<X509Certificate> certificates, Optional<String> bearerToken) {
  public Presented {
    certificates = List.copyOf(certificates);
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "Presented[" + certificates.size() + " certificates]";
  }
}
