package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.Work;
import java.nio.file.Path;
import java.util.Set;

/** Gives each attempt to what can run it. Thread-safe. */
public final class WorkExecutor implements AttemptExecutor {
  private final SandboxExecutor sandboxes;
  private final SnapshotExecutor snapshots;
  private final CheckpointExecutor checkpoints;

  /**
   * Makes an executor.
   *
   * @param sandboxes for programs
   * @param snapshots for what is done about snapshots
   * @param checkpoints for what is done about checkpoints
   */
  public WorkExecutor(
      SandboxExecutor sandboxes, SnapshotExecutor snapshots, CheckpointExecutor checkpoints) {
    this.sandboxes = sandboxes;
    this.snapshots = snapshots;
    this.checkpoints = checkpoints;
  }

  @Override
  public Ended run(Assignment assignment, CancelSignal cancel, Progress progress)
      throws InterruptedException {
    return switch (assignment.work()) {
      case Work.Snapshot work -> snapshots.run(assignment, work, cancel, progress);
      case Work.Checkpoint work -> checkpoints.run(assignment, work, cancel, progress);
      default -> sandboxes.run(assignment, cancel, progress);
    };
  }

  @Override
  public Ended reattach(
      Assignment assignment, boolean sameBoot, CancelSignal cancel, Progress progress)
      throws InterruptedException {
    // All that is done about snapshots can be done again, also after a restart of the host.
    return switch (assignment.work()) {
      case Work.Snapshot work -> snapshots.run(assignment, work, cancel, progress);
      case Work.Checkpoint work -> checkpoints.run(assignment, work, cancel, progress);
      default -> sandboxes.reattach(assignment, sameBoot, cancel, progress);
    };
  }

  @Override
  public boolean hasTrace(AttemptId id) {
    return sandboxes.hasTrace(id);
  }

  @Override
  public Path spool(AttemptId id) {
    return sandboxes.spool(id);
  }

  @Override
  public void discard(AttemptId id) {
    sandboxes.discard(id);
  }

  @Override
  public void discardAllBut(Set<AttemptId> known) {
    sandboxes.discardAllBut(known);
  }
}
