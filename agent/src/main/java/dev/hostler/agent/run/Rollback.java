package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.BundleLease;
import dev.hostler.agent.sandbox.SandboxSpec;
import dev.hostler.agent.snapshot.SnapshotException;
import dev.hostler.agent.snapshot.SnapshotInfo;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.trust.bundle.Manifest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the paths that an action declares captured before it starts, and brought back if it fails and
 * its signer wants that. Every step can be done again after a crash. Thread-safe.
 */
final class Rollback implements Around {
  private static final Logger log = LoggerFactory.getLogger(Rollback.class);

  private final @Nullable Snapshots snapshots;

  Rollback(@Nullable Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  @Override
  public SandboxSpec sandbox(SandboxSpec declared) {
    return declared;
  }

  @Override
  public void before(Assignment assignment, @Nullable BundleLease bundle, SandboxSpec declared)
      throws RefusedException, InterruptedException {
    if (bundle == null || !(assignment.work() instanceof Work.Action work)) {
      return;
    }
    Manifest.Action action = bundle.manifest().action(work.action());
    if (action == null || action.snapshot().isEmpty()) {
      return;
    }
    if (snapshots == null) {
      throw new RefusedException(
          Refusal.SNAPSHOT_FAILED,
          "the action declares a snapshot, and this host can take none: hostler-snapshot is missing");
    }
    try {
      snapshots.capture(
          SnapshotInfo.wanted(
              assignment.id().label(),
              assignment.jobId(),
              assignment.operator(),
              work.bundle() + " " + work.version() + " " + work.action(),
              action.rollbackOnFailure(),
              action.snapshot()));
      keepState(snapshots, assignment.id().label(), action);
    } catch (SnapshotException e) {
      throw new RefusedException(
          e.space() ? Refusal.SNAPSHOT_NO_ROOM : Refusal.SNAPSHOT_FAILED,
          "no snapshot, so nothing was run: " + e.getMessage());
    } catch (IOException e) {
      throw new RefusedException(Refusal.SNAPSHOT_FAILED, "no snapshot, so nothing was run: " + e);
    }
  }

  private static void keepState(Snapshots snapshots, String name, Manifest.Action action)
      throws RefusedException, InterruptedException {
    boolean kept = false;
    try {
      snapshots.state().capture(name, action.state());
      kept = true;
    } catch (IOException e) {
      throw new RefusedException(
          Refusal.SNAPSHOT_FAILED, "no snapshot, so nothing was run: " + e.getMessage());
    } finally {
      if (!kept) {
        snapshots.drop(name);
      }
    }
  }

  @Override
  public void unused(AttemptId id) {
    if (snapshots != null) {
      snapshots.drop(id.label());
    }
  }

  /** Notes how the attempt left the paths, and brings them back if that is wanted. */
  @Override
  public AttemptExecutor.Ended after(Assignment assignment, AttemptResult result)
      throws InterruptedException {
    String name = assignment.id().label();
    if (snapshots == null || !snapshots.has(name)) {
      return new AttemptExecutor.Ended(result, true);
    }
    try {
      Snapshots.Restored restored = snapshots.restored(name).orElse(null);
      if (restored == null) {
        snapshots.seal(name);
        snapshots.state().seal(name);
        boolean succeeded = result.outcome() == Outcome.EXITED && result.exitCode() == 0;
        if (succeeded || !snapshots.wantsRollback(name)) {
          return new AttemptExecutor.Ended(result.withMessage("snapshot " + name), true);
        }
        restored = snapshots.restore(name);
      }
      restored = snapshots.state().restoreWith(name, snapshots, restored);
      return new AttemptExecutor.Ended(
          result.withMessage(
              (restored.identical() ? "rolled back" : "NOT ROLLED BACK WHOLLY")
                  + " to snapshot "
                  + name
                  + ": "
                  + restored.text()),
          false);
    } catch (IOException e) {
      log.error("snapshot {}", name, e);
      return new AttemptExecutor.Ended(
          result.withMessage("snapshot " + name + " is NOT RESTORED: " + e.getMessage()), false);
    }
  }
}
