package dev.hostler.controller.job;

import java.util.UUID;

/**
 * A locked row of {@code tasks}, as far as transitions need it.
 *
 * @param cancelRequested whether its job was cancelled
 * @param limited whether its job has a concurrency limit
 */
record TaskRow(
    UUID id,
    UUID jobId,
    UUID hostId,
    TaskState state,
    int attempt,
    boolean cancelRequested,
    boolean limited) {

  AttemptRef ref() {
    return new AttemptRef(id, attempt);
  }
}
