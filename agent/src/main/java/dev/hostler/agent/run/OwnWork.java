package dev.hostler.agent.run;

import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.ResourceUse;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.attempt.StreamName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that the agent itself works on, without a sandbox: what there is to say goes into
 * spool files as the output of a program does, so that it reaches operators in the same way. Of one
 * attempt, for one thread.
 */
final class OwnWork {
  private final Path folder;
  private final CancelSignal cancel;
  private final AtomicReference<@Nullable Process> process = new AtomicReference<>();

  /**
   * Of the attempt that has this folder.
   *
   * @param cancel ends the process that is working, if there is one
   */
  OwnWork(Path folder, CancelSignal cancel) {
    this.folder = folder;
    this.cancel = cancel;
  }

  Path stdout() {
    return folder.resolve(StreamName.STDOUT.fileName());
  }

  Path stderr() {
    return folder.resolve(StreamName.STDERR.fileName());
  }

  /** "spec" is the trace by which an agent that was killed finds that this was begun. */
  void prepare() throws IOException {
    var mine = PosixFilePermissions.fromString("rw-------");
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (Path file : new Path[] {stdout(), stderr(), folder.resolve("spec")}) {
      if (!Files.exists(file)) {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(mine));
      }
    }
    cancel.onRequest(() -> end(process.get()));
  }

  /** This process works on it from now on. */
  void working(Process running) {
    process.set(running);
    if (cancel.requested()) {
      end(running);
    }
  }

  private static void end(@Nullable Process process) {
    if (process != null) {
      process.destroy();
    }
  }

  /** It ended with this code, or was cancelled. */
  AttemptResult ended(int code, Instant started, Instant ended) throws IOException {
    return result(cancel.requested(), code, started, ended);
  }

  /** It was done to its end, whoever wanted to cancel it. */
  AttemptResult done(Instant started, Instant ended) throws IOException {
    return result(false, 0, started, ended);
  }

  private AttemptResult result(boolean cancelled, int code, Instant started, Instant ended)
      throws IOException {
    return new AttemptResult(
        cancelled ? Outcome.CANCELLED : Outcome.EXITED,
        cancelled ? 0 : code,
        0,
        "",
        Refusal.NONE,
        started,
        ended,
        new StreamEnd(Files.size(stdout()), 0),
        new StreamEnd(Files.size(stderr()), 0),
        "",
        ResourceUse.UNKNOWN,
        List.of());
  }
}
