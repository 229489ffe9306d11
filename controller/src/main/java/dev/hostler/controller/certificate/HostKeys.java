package dev.hostler.controller.certificate;

import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.SigningException;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.failure.RequestException.Kind;
import dev.hostler.controller.host.HostCertificate;
import dev.hostler.controller.trust.AgentCertificates;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.UUID;

/** From a host's certificate request to its certificate. */
public final class HostKeys {
  private HostKeys() {}

  /**
   * The key of a request, which the host has proven to hold.
   *
   * @throws RequestException INVALID
   */
  public static PublicKey read(byte[] csr) {
    try {
      PublicKey key = CertificateRequest.parse(csr).publicKey();
      // TLS stacks differ in what they offer for Ed25519 certificates.
      if (KeyAlgorithm.of(key) == KeyAlgorithm.ED25519) {
        throw new RequestException(
            Kind.INVALID, "csr: Ed25519 keys are not accepted for agents; use a P-256 key");
      }
      return key;
    } catch (SigningException e) {
      throw new RequestException(Kind.INVALID, "csr: " + e.getMessage(), e);
    }
  }

  /**
   * Issues a certificate.
   *
   * @throws RequestException INVALID
   */
  public static X509Certificate issue(AgentCertificates certificates, UUID id, PublicKey key) {
    try {
      return certificates.issue(id, key);
    } catch (SigningException e) {
      throw new RequestException(Kind.INVALID, "csr: " + e.getMessage(), e);
    }
  }

  /** What is kept of a certificate. */
  public static HostCertificate describe(
      AgentCertificates certificates, X509Certificate certificate) {
    return new HostCertificate(
        certificate.getSerialNumber().toString(16),
        AgentCertificates.fingerprint(certificate),
        certificate.getNotAfter().toInstant(),
        AgentCertificates.fingerprint(certificate.getPublicKey()),
        certificates.caOf(certificate));
  }
}
