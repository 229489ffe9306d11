package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.cgroup.Cgroup;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run that goes on, or has ended. Not tied to this process: when the agent stops, the run does
 * not. Thread-safe.
 */
public final class SandboxedRun {
  private static final Logger LOG = LoggerFactory.getLogger(SandboxedRun.class);
  private static final Duration CONTROL_RETRY = Duration.ofMillis(2);

  private final String attempt;
  private final AttemptFiles files;
  private final Cgroup cgroup;
  private final RunListener listener;
  private final TimeSource time;
  private final RunEnding ending;
  private final CompletableFuture<RunRecord> ended = new CompletableFuture<>();
  private final AtomicBoolean detached = new AtomicBoolean();
  private final Object controlLock = new Object();
  private @Nullable FileChannel control;

  SandboxedRun(
      String attempt, AttemptFiles files, Cgroup cgroup, RunListener listener, TimeSource time) {
    this.attempt = attempt;
    this.files = files;
    this.cgroup = cgroup;
    this.listener = listener;
    this.time = time;
    this.ending = new RunEnding(attempt, files, cgroup, listener, time);
  }

  /** Follows a supervisor that was just started, by its doorbell. */
  void follow(Process supervisor) {
    Thread.ofVirtual().name("run-" + attempt).start(() -> untilEnd(() -> readDoorbell(supervisor)));
  }

  /** Follows a supervisor of an earlier agent, by looking at the files. */
  void follow(Optional<ProcessHandle> supervisor, Duration interval) {
    Thread.ofVirtual()
        .name("run-" + attempt)
        .start(() ->
            untilEnd(
                () -> new SpoolWatch(files, listener, detached, time).watch(supervisor, interval)));
  }

  /** Names the attempt. */
  public String attempt() {
    return attempt;
  }

  /** Its control group; gone once the run has ended. */
  public Cgroup cgroup() {
    return cgroup;
  }

  /** The stdout spool: exact bytes, only ever appended to. May not exist yet. */
  public Path stdout() {
    return files.stdout();
  }

  /** The stderr spool: exact bytes, only ever appended to. May not exist yet. */
  public Path stderr() {
    return files.stderr();
  }

  /**
   * Completes once no process is left and the record is there. Never completes exceptionally but if
   * the record cannot be read; never completes after {@link #detach}.
   */
  public CompletableFuture<RunRecord> ended() {
    return ended.copy();
  }

  /** Asks the program to end: SIGTERM, the grace time, SIGKILL. Returns at once; idempotent. */
  public void cancel() {
    Thread.ofVirtual().name("cancel-" + attempt).start(() -> control((byte) 'C'));
  }

  /**
   * Kills everything at once. Returns at once; idempotent. The record's reason is KILLED, as when
   * somebody else on the host had done it.
   */
  public void kill() {
    Thread.ofVirtual().name("kill-" + attempt).start(() -> control((byte) 'K'));
  }

  /**
   * Stops following: no more calls of the listener. The run goes on; see {@link Sandbox#reattach}.
   */
  public void detach() {
    detached.set(true);
  }

  /** The steps of a follower. */
  private interface Following {
    int untilGone() throws IOException, InterruptedException;
  }

  private void untilEnd(Following following) {
    try {
      int exitCode = following.untilGone();
      if (detached.get()) {
        return;
      }
      RunRecord runRecord = ending.conclude(exitCode);
      closeControl();
      listener.ended(runRecord);
      ended.complete(runRecord);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended.completeExceptionally(new SandboxException("interrupted", e));
    } catch (IOException | RuntimeException e) {
      LOG.error("attempt {}: its end cannot be read", attempt, e);
      closeControl();
      ended.completeExceptionally(e);
    }
  }

  /** Until the record is there (0), or the supervisor is gone without (its exit code). */
  private int readDoorbell(Process supervisor) throws IOException, InterruptedException {
    Doorbell doorbell = new Doorbell(detached, listener);
    try (InputStream in = supervisor.getInputStream()) {
      byte[] buffer = new byte[4096];
      int count = in.read(buffer);
      while (count >= 0 && !detached.get()) {
        if (doorbell.heard(buffer, count)) {
          return 0;
        }
        count = in.read(buffer);
      }
    }
    return detached.get() ? 0 : supervisor.waitFor();
  }

  /**
   * Writes to the supervisor's fifo. It may not be there yet; and the channel stays open until the
   * end, so that the byte is kept even if the supervisor has not opened its side.
   */
  private void control(byte order) {
    try {
      while (!ended.isDone() && !detached.get()) {
        synchronized (controlLock) {
          if (control == null && Files.exists(files.control(), LinkOption.NOFOLLOW_LINKS)) {
            control =
                FileChannel.open(
                    files.control(),
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
          }
          if (control != null) {
            if (control.isOpen()) {
              control.write(ByteBuffer.wrap(new byte[] {order}));
            }
            return;
          }
        }
        time.sleep(CONTROL_RETRY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.warn("attempt {}: cannot reach its supervisor", attempt, e);
    }
  }

  private void closeControl() {
    synchronized (controlLock) {
      if (control != null) {
        try {
          control.close();
        } catch (IOException e) {
          LOG.debug("attempt {}: closing its fifo", attempt, e);
        }
      }
    }
  }
}
