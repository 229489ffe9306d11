package dev.hostler.controller.job;

import java.util.Optional;
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

  /** What follows; what would wait again in a cancelled job is cancelled instead. */
  Optional<Move> on(TaskEvent event) {
    return TaskMachine.next(state, event)
        .flatMap(next ->
            cancelRequested && next.state() == TaskState.QUEUED
                ? TaskMachine.next(next.state(), new TaskEvent.Cancel())
                : Optional.of(next))
        .map(next -> new Move(this, next.state(), next.message()));
  }
}
