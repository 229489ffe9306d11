package dev.hostler.controller.job;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job's share on one host.
 *
 * @param id UUIDv7
 * @param jobId its job
 * @param hostId its host
 * @param hostName the host's name at submission
 * @param state state
 * @param attempt number of the current or last attempt; 0 before the first
 * @param changedAt when the state was reached
 * @param result the host's result; null while there is none
 * @param message why a task without a result ended; may be empty
 * @param deniedCalls system calls of the attempt that were denied
 */
public record Task(
    UUID id,
    UUID jobId,
    UUID hostId,
    String hostName,
    TaskState state,
    int attempt,
    Instant changedAt,
    @Nullable AttemptResult result,
    String message,
    long deniedCalls) {}
