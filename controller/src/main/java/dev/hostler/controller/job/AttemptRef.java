package dev.hostler.controller.job;

import java.util.UUID;

/**
 * Names one try at a task. The number fences late messages of an earlier try.
 *
 * @param taskId the task
 * @param attempt from 1
 */
public record AttemptRef(UUID taskId, int attempt) {}
