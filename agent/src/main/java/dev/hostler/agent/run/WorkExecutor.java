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

  /**
   * Makes an executor.
   *
   * @param sandboxes for programs
   * @param snapshots for what is done about snapshots
   */
  public WorkExecutor(SandboxExecutor sandboxes, SnapshotExecutor snapshots) {
    this.sandboxes = sandboxes;
    this.snapshots = snapshots;
  }

  @Override
  public Ended run(Assignment assignment, CancelSignal cancel, Progress progress)
      throws InterruptedException {
    return assignment.work() instanceof Work.Snapshot work
        ? snapshots.run(assignment, work, cancel, progress)
        : sandboxes.run(assignment, cancel, progress);
  }

  @Override
  public Ended reattach(
      Assignment assignment, boolean sameBoot, CancelSignal cancel, Progress progress)
      throws InterruptedException {
    // All that is done about snapshots can be done again, also after a restart of the host.
    return assignment.work() instanceof Work.Snapshot work
        ? snapshots.run(assignment, work, cancel, progress)
        : sandboxes.reattach(assignment, sameBoot, cancel, progress);
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
