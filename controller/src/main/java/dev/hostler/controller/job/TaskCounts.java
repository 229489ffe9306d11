package dev.hostler.controller.job;

/**
 * How many tasks of a job are in which state.
 *
 * @param queued QUEUED
 * @param running ASSIGNED and RUNNING
 * @param succeeded SUCCEEDED
 * @param failed terminal and not succeeded
 */
public record TaskCounts(int queued, int running, int succeeded, int failed) {
  /** None. */
  public static final TaskCounts NONE = new TaskCounts(0, 0, 0, 0);

  /** All. */
  public int total() {
    return queued + running + succeeded + failed;
  }

  /** With {@code delta} more (or fewer) tasks in {@code state}. */
  TaskCounts plus(TaskState state, int delta) {
    return switch (state) {
      case QUEUED -> new TaskCounts(queued + delta, running, succeeded, failed);
      case ASSIGNED, RUNNING -> new TaskCounts(queued, running + delta, succeeded, failed);
      case SUCCEEDED -> new TaskCounts(queued, running, succeeded + delta, failed);
      case FAILED, TIMED_OUT, CANCELLED, REFUSED, EXPIRED, LOST ->
          new TaskCounts(queued, running, succeeded, failed + delta);
    };
  }
}
