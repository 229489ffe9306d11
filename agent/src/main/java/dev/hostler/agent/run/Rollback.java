package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.attempt.SnapshotDeed;
import dev.hostler.agent.attempt.SnapshotResult;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.BundleLease;
import dev.hostler.agent.sandbox.SandboxSpec;
import dev.hostler.agent.snapshot.SnapshotException;
import dev.hostler.agent.snapshot.SnapshotInfo;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.job.JobCapture;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the paths that an action declares or its operator names captured before it starts, and
 * brought back if it fails and one of the two wants that. Every step can be done again after a
 * crash. Thread-safe.
 */
final class Rollback implements Around {
  private static final Logger log = LoggerFactory.getLogger(Rollback.class);
  private static final int MOST_WORDS = 100;

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
    Manifest.Action action =
        bundle != null && assignment.work() instanceof Work.Action work
            ? bundle.manifest().action(work.action())
            : null;
    JobCapture asked = assignment.authority().capture();
    List<String> paths = paths(action, asked);
    if (paths.isEmpty()) {
      requireNoRollback(asked);
      return;
    }
    if (snapshots == null) {
      throw new RefusedException(
          Refusal.SNAPSHOT_FAILED,
          "a snapshot is declared or asked for, and this host can take none: hostler-snapshot is"
              + " missing");
    }
    try {
      snapshots.capture(
          SnapshotInfo.wanted(
              assignment.id().label(),
              assignment.jobId(),
              assignment.operator(),
              words(assignment.work()),
              asked.rollback() || (action != null && action.rollbackOnFailure()),
              paths));
      if (action != null) {
        keepState(snapshots, assignment.id().label(), action);
      }
    } catch (SnapshotException e) {
      throw new RefusedException(
          e.space() ? Refusal.SNAPSHOT_NO_ROOM : Refusal.SNAPSHOT_FAILED,
          "no snapshot, so nothing was run: " + e.getMessage());
    } catch (IOException e) {
      throw new RefusedException(Refusal.SNAPSHOT_FAILED, "no snapshot, so nothing was run: " + e);
    }
  }

  /** What the bundle's signer declared, and then what the operator named, each once. */
  private static List<String> paths(Manifest.@Nullable Action action, JobCapture asked) {
    Set<String> paths = new LinkedHashSet<>();
    if (action != null) {
      paths.addAll(action.snapshot());
    }
    paths.addAll(asked.paths());
    return List.copyOf(paths);
  }

  private static void requireNoRollback(JobCapture asked) throws RefusedException {
    if (asked.rollback()) {
      throw new RefusedException(
          Refusal.ACTION_INVALID,
          "it is to be rolled back if it fails, but neither the action nor the job names a path to"
              + " keep: name one with --snapshot");
    }
  }

  /** One line for lists. */
  private static String words(Work work) {
    String words =
        switch (work) {
          case Work.Action action ->
              action.bundle() + " " + action.version() + " " + action.action();
          case Work.Command command -> String.join(" ", command.argv());
          case Work.Snapshot snapshot -> snapshot.verb();
          case Work.Checkpoint checkpoint -> "checkpoint " + checkpoint.verb();
          case Work.SandboxTest _ -> "sandbox test";
        };
    String line = words.replaceAll("\\p{Cntrl}", " ");
    return line.length() <= MOST_WORDS ? line : line.substring(0, MOST_WORDS) + "…";
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

  /** A run for real is bounded by the host's disks. */
  @Override
  public Watch during(AttemptId id, Runnable kill) {
    return () -> {};
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
        long changes = snapshots.seal(name);
        snapshots.state().seal(name);
        boolean succeeded = result.outcome() == Outcome.EXITED && result.exitCode() == 0;
        if (succeeded || !snapshots.wantsRollback(name)) {
          return new AttemptExecutor.Ended(
              result
                  .withMessage("snapshot " + name)
                  .withSnapshots(List.of(taken(name, changes, snapshots))),
              true);
        }
        restored = snapshots.restore(name);
      }
      restored = snapshots.state().restoreWith(name, snapshots, restored);
      return new AttemptExecutor.Ended(
          result
              .withMessage(
                  (restored.identical() ? "rolled back" : "NOT ROLLED BACK WHOLLY")
                      + " to snapshot "
                      + name
                      + ": "
                      + restored.text())
              .withSnapshots(List.of(restored.result())),
          false);
    } catch (IOException e) {
      log.error("snapshot {}", name, e);
      return new AttemptExecutor.Ended(
          result
              .withMessage("snapshot " + name + " is NOT RESTORED: " + e.getMessage())
              .withSnapshots(List.of(SnapshotResult.of(name, SnapshotDeed.FAILED))),
          false);
    }
  }

  private static SnapshotResult taken(String name, long changes, Snapshots snapshots)
      throws IOException {
    return new SnapshotResult(
        name, SnapshotDeed.TAKEN, false, changes, 0, 0, List.of(), snapshots.storedBytes(name));
  }
}
