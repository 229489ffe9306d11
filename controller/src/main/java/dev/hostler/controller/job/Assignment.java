package dev.hostler.controller.job;

import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetProof;
import dev.hostler.trust.limits.Limits;
import java.time.Instant;
import java.util.UUID;

/**
 * A task leased to an attempt, with all that its host needs.
 *
 * @param ref the attempt
 * @param hostId its host
 * @param jobId its job
 * @param job what the operator signed
 * @param proof that the host is among the job's targets
 * @param bundleSize size of the bundle file in bytes; 0 for a command
 * @param sealedKey what opens the job's sealed parameters on that host; empty if nothing is sealed
 * @param limits what the policies of fleet, bundle and host allow at most
 * @param createdAt when the job was committed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Assignment(
    AttemptRef ref,
    UUID hostId,
    UUID jobId,
    SignedJob job,
    TargetProof proof,
    long bundleSize,
    byte[] sealedKey,
    Limits limits,
    Instant createdAt) {}
