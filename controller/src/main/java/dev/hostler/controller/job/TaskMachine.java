package dev.hostler.controller.job;

import static dev.hostler.controller.job.TaskState.ASSIGNED;
import static dev.hostler.controller.job.TaskState.CANCELLED;
import static dev.hostler.controller.job.TaskState.EXPIRED;
import static dev.hostler.controller.job.TaskState.FAILED;
import static dev.hostler.controller.job.TaskState.LOST;
import static dev.hostler.controller.job.TaskState.QUEUED;
import static dev.hostler.controller.job.TaskState.REFUSED;
import static dev.hostler.controller.job.TaskState.RUNNING;
import static dev.hostler.controller.job.TaskState.SUCCEEDED;
import static dev.hostler.controller.job.TaskState.TIMED_OUT;

import dev.hostler.controller.job.TaskEvent.Cancel;
import dev.hostler.controller.job.TaskEvent.Claim;
import dev.hostler.controller.job.TaskEvent.Ended;
import dev.hostler.controller.job.TaskEvent.Expire;
import dev.hostler.controller.job.TaskEvent.HostGone;
import dev.hostler.controller.job.TaskEvent.NotHeld;
import dev.hostler.controller.job.TaskEvent.Started;
import dev.hostler.controller.job.TaskEvent.Unsent;
import java.util.Optional;

/**
 * The one place that says which state follows which. A pure function; fencing by attempt number and
 * by row locks is {@link TaskStore}'s part.
 */
final class TaskMachine {
  private TaskMachine() {}

  /**
   * What follows.
   *
   * @param state next state
   * @param message for people; empty if the state says it all
   */
  record Next(TaskState state, String message) {
    Next(TaskState state) {
      this(state, "");
    }
  }

  /** What follows; empty if the event means nothing in that state. A terminal state has no next. */
  static Optional<Next> next(TaskState state, TaskEvent event) {
    if (state.isTerminal()) {
      return Optional.empty();
    }
    return Optional.ofNullable(
        switch (event) {
          case Claim _ -> state == QUEUED ? new Next(ASSIGNED) : null;
          case Unsent _ -> state == ASSIGNED ? new Next(QUEUED) : null;
          case NotHeld _ ->
              switch (state) {
                case ASSIGNED -> new Next(QUEUED);
                case RUNNING ->
                    new Next(LOST, "the host came back without any record of the running attempt");
                default -> null;
              };
          case Started _ -> state == ASSIGNED ? new Next(RUNNING) : null;
          case Ended(AttemptResult result) -> state.isActive() ? new Next(of(result)) : null;
          case Cancel _ -> state == QUEUED ? new Next(CANCELLED, "cancelled before start") : null;
          case Expire _ ->
              state == QUEUED ? new Next(EXPIRED, "not started before the job's expiry") : null;
          case HostGone(String why) -> new Next(LOST, why);
        });
  }

  /** The terminal state that a result means. */
  static TaskState of(AttemptResult result) {
    return switch (result.outcome()) {
      case EXITED -> result.exitCode() == 0 ? SUCCEEDED : FAILED;
      case SIGNALED, OUT_OF_MEMORY, SANDBOX_FAILED -> FAILED;
      case TIMED_OUT -> TIMED_OUT;
      case CANCELLED -> CANCELLED;
      case REFUSED -> result.refusal() == Refusal.EXPIRED ? EXPIRED : REFUSED;
    };
  }
}
