package dev.hostler.controller.host;

import java.time.Instant;
import java.util.UUID;

/**
 * A host that joins.
 *
 * @param id its id for good
 * @param name as checked by {@link HostName}
 * @param at when
 * @param tokenId join token that it came with
 * @param keyFingerprint SHA-256 of its public key in DER, in hex
 * @param certificateSerial in hex
 * @param certificateFingerprint SHA-256 of the certificate in DER, in hex
 * @param certificateExpiresAt end of its validity
 * @param facts as reported
 */
public record NewHost(
    UUID id,
    String name,
    Instant at,
    String tokenId,
    String keyFingerprint,
    String certificateSerial,
    String certificateFingerprint,
    Instant certificateExpiresAt,
    HostFacts facts) {}
