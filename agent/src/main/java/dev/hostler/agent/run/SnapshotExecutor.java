package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.attempt.ResourceUse;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.attempt.StreamName;
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
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
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
    Path stdout = folder.resolve(StreamName.STDOUT.fileName());
    Path stderr = folder.resolve(StreamName.STDERR.fileName());
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
      prepare(folder, stdout, stderr);
      Instant started = time.instant();
      progress.started(folder, false, started);
      long from = work.verb().equals("list") ? 0 : Files.size(stdout);
      AtomicReference<@Nullable Process> process = new AtomicReference<>();
      cancel.onRequest(() -> end(process.get()));
      int code =
          verbs.run(
              work.verb(),
              id,
              work.force(),
              stdout,
              stderr,
              running -> {
                process.set(running);
                if (cancel.requested()) {
                  end(running);
                }
              });
      AttemptExecutor.Ended ended = ended(cancel.requested(), code, started, stdout, stderr);
      return new AttemptExecutor.Ended(
          ended.result().withSnapshots(SnapshotReport.of(stdout, from, work.verb(), id, code)),
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

  private static void end(@Nullable Process process) {
    if (process != null) {
      process.destroy();
    }
  }

  /** "spec" is the trace by which an agent that was killed finds that this was begun. */
  private static void prepare(Path folder, Path stdout, Path stderr) throws IOException {
    var mine = PosixFilePermissions.fromString("rw-------");
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (Path file : new Path[] {stdout, stderr, folder.resolve("spec")}) {
      if (!Files.exists(file)) {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(mine));
      }
    }
  }

  private AttemptExecutor.Ended ended(
      boolean cancelled, int code, Instant started, Path stdout, Path stderr) throws IOException {
    return new AttemptExecutor.Ended(
        new AttemptResult(
            cancelled ? Outcome.CANCELLED : Outcome.EXITED,
            cancelled ? 0 : code,
            0,
            "",
            Refusal.NONE,
            started,
            time.instant(),
            new StreamEnd(Files.size(stdout), 0),
            new StreamEnd(Files.size(stderr), 0),
            "",
            ResourceUse.UNKNOWN,
            List.of()),
        false);
  }

  private AttemptExecutor.Ended notStarted(Outcome outcome, Refusal refusal, String message) {
    return new AttemptExecutor.Ended(
        AttemptResult.notStarted(outcome, refusal, message, time.instant()), false);
  }
}
