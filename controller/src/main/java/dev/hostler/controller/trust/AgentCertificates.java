package dev.hostler.controller.trust;

import dev.hostler.common.signing.SigningException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * Issues agents' certificates. Thread-safe.
 *
 * @param ca the fleet CA
 * @param lifetime how long they are valid
 */
public record AgentCertificates(FleetCa ca, Duration lifetime) {

  /**
   * A certificate for an agent.
   *
   * @throws SigningException WEAK_ALGORITHM if the key is not accepted
   */
  public X509Certificate issue(UUID hostId, PublicKey key) throws SigningException {
    return ca.issueAgent(hostId, key, lifetime);
  }

  /** The root that issued a certificate which was issued just now or before. */
  public Optional<String> caOf(X509Certificate certificate) {
    return ca.issuerOf(certificate).map(AgentCertificates::fingerprint);
  }

  /** SHA-256 of a certificate in DER, in hex. */
  public static String fingerprint(X509Certificate certificate) {
    return HexFormat.of().formatHex(FleetCa.sha256(FleetCa.encoded(certificate)));
  }

  /** SHA-256 of a public key's SubjectPublicKeyInfo in DER, in hex. */
  public static String fingerprint(PublicKey key) {
    return HexFormat.of().formatHex(FleetCa.sha256(key.getEncoded()));
  }
}
