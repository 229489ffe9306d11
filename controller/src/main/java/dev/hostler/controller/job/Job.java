package dev.hostler.controller.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an operator asked for once.
 *
 * @param id UUIDv7
 * @param operator who asked
 * @param title one line for people
 * @param work what to do
 * @param env environment variables
 * @param timeout as asked for; null: the action's own limit, else the agent's default
 * @param concurrency most tasks assigned or running at once; 0: no limit
 * @param createdAt when it was committed
 * @param expiresAt when tasks that were not started expire
 * @param endedAt when its last task ended; null while it runs
 * @param cancelRequestedAt when an operator cancelled it; null if nobody did
 * @param outputRemovedAt when its output was removed because of its age; null: it is there
 * @param counts tasks by state
 */
public record Job(
    UUID id,
    String operator,
    String title,
    Work work,
    Map<String, String> env,
    @Nullable Duration timeout,
    int concurrency,
    Instant createdAt,
    Instant expiresAt,
    @Nullable Instant endedAt,
    @Nullable Instant cancelRequestedAt,
    @Nullable Instant outputRemovedAt,
    TaskCounts counts) {

  /** Derived from its tasks. */
  public JobState state() {
    if (endedAt == null) {
      return JobState.RUNNING;
    }
    if (counts.failed() == 0) {
      return JobState.SUCCEEDED;
    }
    return cancelRequestedAt == null ? JobState.FAILED : JobState.CANCELLED;
  }
}
