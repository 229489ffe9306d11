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
 * @param certificate its first one
 * @param facts as reported
 */
public record NewHost(
    UUID id,
    String name,
    Instant at,
    String tokenId,
    HostCertificate certificate,
    HostFacts facts) {}
