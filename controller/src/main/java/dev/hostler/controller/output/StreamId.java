package dev.hostler.controller.output;

import java.util.UUID;

/**
 * Names one stream of one attempt.
 *
 * @param taskId the task
 * @param attempt the attempt, from 1
 * @param stream which of its two streams
 */
public record StreamId(UUID taskId, int attempt, Stream stream) {}
