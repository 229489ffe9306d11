package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.attempt.SnapshotDeed;
import dev.hostler.agent.attempt.SnapshotResult;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.BundleLease;
import dev.hostler.agent.preview.Preview;
import dev.hostler.agent.sandbox.SandboxSpec;
import dev.hostler.agent.snapshot.PreviewSource;
import dev.hostler.agent.snapshot.Previews;
import dev.hostler.agent.snapshot.SnapshotInfo;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.secret.SealedParameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a program run over layers, and puts what it would have changed into the attempt's stdout,
 * which is not the program's then. Thread-safe.
 */
final class PreviewRun implements Around {
  private static final Logger log = LoggerFactory.getLogger(PreviewRun.class);

  private final @Nullable Preview preview;
  private final @Nullable PreviewQuota quota;
  private final AttemptFolders folders;

  PreviewRun(@Nullable Snapshots snapshots, AttemptFolders folders, TimeSource time) {
    Previews previews = snapshots == null ? null : new Previews(snapshots);
    this.preview = previews == null ? null : new Preview(previews);
    this.quota =
        previews == null
            ? null
            : new PreviewQuota(previews.largestBytes(), previews.keepFreeBytes(), time);
    this.folders = folders;
  }

  private Preview preview() throws RefusedException {
    if (preview == null) {
      throw new RefusedException(
          Refusal.PREVIEW_IMPOSSIBLE, "this host can preview nothing: hostler-snapshot is missing");
    }
    return preview;
  }

  @Override
  public SandboxSpec sandbox(SandboxSpec declared) throws RefusedException {
    return preview().sandbox(declared);
  }

  @Override
  public void before(Assignment assignment, @Nullable BundleLease bundle, SandboxSpec declared)
      throws RefusedException, InterruptedException {
    if (!(assignment.work() instanceof Work.Action work) || bundle == null) {
      throw new RefusedException(Refusal.PREVIEW_IMPOSSIBLE, "only actions can be previewed");
    }
    preview()
        .before(
            SnapshotInfo.wanted(
                assignment.id().label(),
                assignment.jobId(),
                assignment.operator(),
                work.bundle() + " " + work.version() + " " + work.action(),
                false,
                declared.files().writable().stream().map(one -> one.path().toString()).toList()),
            source(assignment, work, bundle),
            declared);
  }

  private static PreviewSource source(Assignment assignment, Work.Action work, BundleLease bundle)
      throws RefusedException {
    try {
      return new PreviewSource(
          work.bundle(),
          work.version(),
          work.manifestDigest(),
          bundle.signer(),
          assignment.authority().path());
    } catch (IOException e) {
      throw new RefusedException(
          Refusal.PREVIEW_IMPOSSIBLE, "who signed the bundle cannot be noted: " + e.getMessage());
    }
  }

  @Override
  public void unused(AttemptId id) {
    drop(id);
  }

  private void drop(AttemptId id) {
    try {
      if (preview != null) {
        preview.drop(id.label(), folders.of(id));
      }
    } catch (IOException e) {
      log.warn("preview {}: something of it stays: {}", id.label(), e.toString());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Watch during(AttemptId id, Runnable kill) {
    return quota == null ? () -> {} : quota.watch(folders.of(id), kill);
  }

  @Override
  public AttemptExecutor.Ended after(Assignment assignment, AttemptResult result)
      throws InterruptedException {
    String id = assignment.id().label();
    boolean secrets =
        assignment.work() instanceof Work.Action work
            && SealedParameters.hasSealed(work.paramsJson());
    try {
      if (preview == null || !preview.has(id)) {
        return new AttemptExecutor.Ended(result, true);
      }
      if (result.outcome() == Outcome.CANCELLED || result.outcome() == Outcome.SANDBOX_FAILED) {
        drop(assignment.id());
        return new AttemptExecutor.Ended(result, true);
      }
      Path folder = folders.of(assignment.id());
      if (quota != null && quota.ended(folder)) {
        drop(assignment.id());
        return new AttemptExecutor.Ended(quota.name(result, folder), false);
      }
      int exitCode = result.outcome() == Outcome.EXITED ? result.exitCode() : -1;
      Preview.Told told = preview.after(id, folder, exitCode, secrets);
      return new AttemptExecutor.Ended(
          result
              .withOutput(new StreamEnd(told.bytes(), 0), result.stderr(), "")
              .withMessage(told.words())
              .withSnapshots(
                  List.of(
                      new SnapshotResult(
                          id, SnapshotDeed.PREVIEWED, false, told.changes(), 0, 0, List.of(), 0))),
          false);
    } catch (IOException e) {
      log.error("preview {}", id, e);
      drop(assignment.id());
      return new AttemptExecutor.Ended(
          AttemptResult.notStarted(
                  Outcome.SANDBOX_FAILED,
                  Refusal.NONE,
                  "what it would change cannot be told, and nothing was changed: " + e.getMessage(),
                  result.endedAt())
              .withOutput(StreamEnd.EMPTY, result.stderr(), ""),
          false);
    }
  }
}
