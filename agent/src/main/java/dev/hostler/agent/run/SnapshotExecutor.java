package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.SignerCheck;
import dev.hostler.agent.snapshot.PreviewSource;
import dev.hostler.agent.snapshot.Previews;
import dev.hostler.agent.snapshot.SnapshotReport;
import dev.hostler.agent.snapshot.SnapshotVerbs;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.agent.trust.TrustState;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.bundle.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Does what operators ask about snapshots. What it has to say goes into spool files as the output
 * of a program does, so that it reaches them in the same way. Thread-safe.
 */
public final class SnapshotExecutor {
  private final @Nullable SnapshotVerbs verbs;
  private final @Nullable Previews previews;
  private final TrustState trust;
  private final SignerCheck signers;
  private final AttemptFolders folders;
  private final TimeSource time;

  /**
   * Makes an executor.
   *
   * @param snapshots null if this host can take none: everything is refused then
   * @param trust what is known of revocation
   * @param signers whose bundles are taken
   * @param attempts where attempts have their directories
   */
  public SnapshotExecutor(
      @Nullable Snapshots snapshots,
      TrustState trust,
      SignerCheck signers,
      Path attempts,
      TimeSource time) {
    this.verbs = snapshots == null ? null : new SnapshotVerbs(snapshots);
    this.previews = snapshots == null ? null : new Previews(snapshots);
    this.trust = trust;
    this.signers = signers;
    this.folders = new AttemptFolders(attempts);
    this.time = time;
  }

  AttemptExecutor.Ended run(
      Assignment assignment,
      Work.Snapshot work,
      CancelSignal cancel,
      AttemptExecutor.Progress progress)
      throws InterruptedException {
    Path folder = folders.of(assignment.id());
    OwnWork own = new OwnWork(folder, cancel);
    try {
      boolean again = folders.maybeStarted(assignment.id());
      if (verbs == null) {
        throw new RefusedException(
            Refusal.SNAPSHOT_FAILED, "this host keeps no snapshots: hostler-snapshot is missing");
      }
      if (!again && assignment.expired(time.instant())) {
        throw new RefusedException(
            Refusal.EXPIRED, "it was not to be started after " + assignment.expiresAt());
      }
      String id =
          again && work.verb().equals("remove")
              ? work.id()
              : verbs.require(work.verb(), work.id(), work.shown());
      if (work.verb().equals("apply")) {
        requireTrusted(id);
      }
      own.prepare();
      Instant started = time.instant();
      progress.started(folder, false, started);
      long from = work.verb().equals("list") ? 0 : Files.size(own.stdout());
      int code = verbs.run(work.verb(), id, work.force(), own.stdout(), own.stderr(), own::working);
      return new AttemptExecutor.Ended(
          own.ended(code, started, time.instant())
              .withSnapshots(SnapshotReport.of(own.stdout(), from, work.verb(), id, code)),
          false);
    } catch (RefusedException e) {
      return notStarted(Outcome.REFUSED, e.refusal(), e.getMessage());
    } catch (IOException e) {
      return notStarted(Outcome.SANDBOX_FAILED, Refusal.NONE, String.valueOf(e.getMessage()));
    }
  }

  /**
   * What a bundle would have done is not done for it once it was revoked or yanked, or once its
   * signer or the operator who had it previewed is not to be listened to any more.
   */
  private void requireTrusted(String id) throws RefusedException, IOException {
    if (previews != null) {
      PreviewSource source = previews.source(id);
      trust.requireOperator(previews.operator(id), source.operator());
      trust.requireBundle(
          source.bundle(), Version.parse(source.version()), source.manifest(), true);
      signers.require(source.signer());
    }
  }

  private AttemptExecutor.Ended notStarted(Outcome outcome, Refusal refusal, String message) {
    return new AttemptExecutor.Ended(
        AttemptResult.notStarted(outcome, refusal, message, time.instant()), false);
  }
}
