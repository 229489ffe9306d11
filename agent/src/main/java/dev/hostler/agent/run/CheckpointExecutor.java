package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.CheckpointHeld;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.preview.CheckpointPlan;
import dev.hostler.agent.snapshot.Checkpoints;
import dev.hostler.agent.snapshot.SnapshotException;
import dev.hostler.agent.snapshot.SnapshotInfo;
import dev.hostler.agent.snapshot.SnapshotReport;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what operators ask about checkpoints, and says in each result what this host has of it.
 * Thread-safe.
 */
public final class CheckpointExecutor {
  private static final Logger log = LoggerFactory.getLogger(CheckpointExecutor.class);

  private final @Nullable Checkpoints checkpoints;
  private final AttemptFolders folders;
  private final TimeSource time;

  /**
   * Makes an executor.
   *
   * @param snapshots null if this host can take none: everything is refused then
   * @param attempts where attempts have their directories
   */
  public CheckpointExecutor(@Nullable Snapshots snapshots, Path attempts, TimeSource time) {
    this.checkpoints = snapshots == null ? null : new Checkpoints(snapshots);
    this.folders = new AttemptFolders(attempts);
    this.time = time;
  }

  AttemptExecutor.Ended run(
      Assignment assignment,
      Work.Checkpoint work,
      CancelSignal cancel,
      AttemptExecutor.Progress progress)
      throws InterruptedException {
    AttemptResult result;
    try {
      result = attempt(assignment, work, cancel, progress);
    } catch (RefusedException e) {
      result = notStarted(Outcome.REFUSED, e.refusal(), e.getMessage());
    } catch (SnapshotException e) {
      result =
          notStarted(
              Outcome.REFUSED,
              e.space() ? Refusal.SNAPSHOT_NO_ROOM : Refusal.SNAPSHOT_FAILED,
              e.getMessage());
    } catch (IOException e) {
      result = notStarted(Outcome.SANDBOX_FAILED, Refusal.NONE, String.valueOf(e.getMessage()));
    }
    return new AttemptExecutor.Ended(withHeld(work, result), false);
  }

  private AttemptResult notStarted(Outcome outcome, Refusal refusal, @Nullable String message) {
    return AttemptResult.notStarted(outcome, refusal, String.valueOf(message), time.instant());
  }

  private AttemptResult attempt(
      Assignment assignment,
      Work.Checkpoint work,
      CancelSignal cancel,
      AttemptExecutor.Progress progress)
      throws RefusedException, IOException, InterruptedException {
    Checkpoints all = checkpoints;
    if (all == null) {
      throw new RefusedException(
          Refusal.SNAPSHOT_FAILED, "this host keeps no snapshots: hostler-snapshot is missing");
    }
    if (!folders.maybeStarted(assignment.id()) && assignment.expired(time.instant())) {
      throw new RefusedException(
          Refusal.EXPIRED, "it was not to be started after " + assignment.expiresAt());
    }
    OwnWork own = new OwnWork(folders.of(assignment.id()), cancel);
    // What is refused is refused before anything is there that a result would have to speak of.
    String plan = work.verb().equals("restore") ? all.requirePlan(work.name(), work.shown()) : "";
    own.prepare();
    Instant started = time.instant();
    progress.started(folders.of(assignment.id()), false, started);
    switch (work.verb()) {
      case "create" -> {
        all.create(work.name(), wanted(assignment, work, work.paths()));
        say(own, "keeps " + work.name());
      }
      case "plan" ->
          new CheckpointPlan(all)
              .make(work.name(), wanted(assignment, work, List.of()), own.stdout());
      case "remove" ->
          say(
              own,
              all.remove(work.name())
                  ? "removed " + work.name()
                  : "there was no checkpoint " + work.name());
      case "restore" -> {
        long from = Files.size(own.stdout());
        int code = all.restore(plan, work.force(), own.stdout(), own.stderr(), own::working);
        return own.ended(code, started, time.instant())
            .withSnapshots(SnapshotReport.of(own.stdout(), from, "apply", plan, code));
      }
      default ->
          throw new RefusedException(
              Refusal.SNAPSHOT_FAILED,
              "this agent is too old for \"" + work.verb() + "\": update it");
    }
    return own.done(started, time.instant());
  }

  private static SnapshotInfo wanted(
      Assignment assignment, Work.Checkpoint work, List<String> paths) {
    return SnapshotInfo.wanted(
        assignment.id().label(),
        assignment.jobId(),
        assignment.operator(),
        "checkpoint " + work.verb() + " " + work.name(),
        false,
        paths);
  }

  /** The same bytes, however often. */
  private static void say(OwnWork own, String line) throws IOException {
    Files.writeString(own.stdout(), line + "\n");
  }

  /** The controller keeps what it is told here, whatever became of the attempt. */
  private AttemptResult withHeld(Work.Checkpoint work, AttemptResult result) {
    if (checkpoints == null) {
      return result;
    }
    try {
      CheckpointHeld held = checkpoints.held(work.name());
      boolean removed =
          work.verb().equals("remove")
              && result.outcome() == Outcome.EXITED
              && held.snapshot().isEmpty();
      return result.withCheckpoint(removed ? CheckpointHeld.none(work.name(), true) : held);
    } catch (IOException e) {
      log.error("checkpoint {}", work.name(), e);
      return result;
    }
  }
}
