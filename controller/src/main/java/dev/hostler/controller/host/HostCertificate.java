package dev.hostler.controller.host;

import java.time.Instant;
import java.util.Optional;

/**
 * A certificate of a host.
 *
 * @param serial in hex
 * @param fingerprint SHA-256 of the certificate in DER, in hex
 * @param expiresAt end of its validity
 * @param keyFingerprint SHA-256 of its public key in DER, in hex
 * @param ca SHA-256 of the root that issued it, in hex; empty: not known
 */
public record HostCertificate(
    String serial,
    String fingerprint,
    Instant expiresAt,
    String keyFingerprint,
    Optional<String> ca) {}
