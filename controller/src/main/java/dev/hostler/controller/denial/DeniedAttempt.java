package dev.hostler.controller.denial;

import java.util.UUID;

/**
 * Whose calls were denied.
 *
 * @param taskId the task
 * @param attempt number of the attempt
 */
public record DeniedAttempt(UUID taskId, int attempt) {}
