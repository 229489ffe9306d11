package dev.hostler.controller.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A task leased to an attempt, with all that its host needs.
 *
 * @param ref the attempt
 * @param hostId its host
 * @param jobId its job
 * @param work what to do
 * @param env environment variables
 * @param timeout null: the action's own limit, else the agent's default
 * @param createdAt when the job was committed
 * @param expiresAt not to be started after this
 * @param operator who asked
 */
public record Assignment(
    AttemptRef ref,
    UUID hostId,
    UUID jobId,
    Work work,
    Map<String, String> env,
    @Nullable Duration timeout,
    Instant createdAt,
    Instant expiresAt,
    String operator) {}
