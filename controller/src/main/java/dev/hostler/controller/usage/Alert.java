package dev.hostler.controller.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A rule that held, or holds, for a host or an attempt.
 *
 * @param id its id, which sorts by time
 * @param rule name of the rule
 * @param hostId the host
 * @param taskId the task, where it is about an attempt
 * @param value what raised it, in the metric's unit
 * @param timeToLimit of a trend: how long until the limit, when it was raised
 * @param message in words
 * @param raisedAt since when
 * @param resolvedAt until when; null: it holds
 */
public record Alert(
    UUID id,
    String rule,
    UUID hostId,
    @Nullable UUID taskId,
    double value,
    @Nullable Duration timeToLimit,
    String message,
    Instant raisedAt,
    @Nullable Instant resolvedAt) {}
