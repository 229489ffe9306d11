package dev.hostler.agent.sandbox;

import dev.hostler.common.time.TimeSource;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Follows a run without its doorbell, by looking at its files now and then. One thread. */
final class SpoolWatch {
  private final AttemptFiles files;
  private final RunListener listener;
  private final AtomicBoolean detached;
  private final TimeSource time;
  private boolean started;
  private long stdout;
  private long stderr;
  private FileTime denied = FileTime.fromMillis(0);

  SpoolWatch(AttemptFiles files, RunListener listener, AtomicBoolean detached, TimeSource time) {
    this.files = files;
    this.listener = listener;
    this.detached = detached;
    this.time = time;
  }

  /** Until the record is there (0), the supervisor is gone without it (-1), or nobody cares (0). */
  int watch(Optional<ProcessHandle> supervisor, Duration interval) throws InterruptedException {
    while (!detached.get()) {
      // In this order: a supervisor that is gone by now has written all it ever will.
      boolean alive = supervisor.isPresent() && supervisor.get().isAlive();
      look();
      if (Files.exists(files.result())) {
        look();
        return 0;
      }
      if (!alive) {
        return -1;
      }
      time.sleep(interval);
    }
    return 0;
  }

  private void look() {
    if (!started && Files.exists(files.started())) {
      started = true;
      listener.started();
    }
    long stdoutNow = AttemptFiles.size(files.stdout());
    if (stdoutNow > stdout) {
      stdout = stdoutNow;
      listener.stdoutGrew();
    }
    long stderrNow = AttemptFiles.size(files.stderr());
    if (stderrNow > stderr) {
      stderr = stderrNow;
      listener.stderrGrew();
    }
    FileTime deniedNow = AttemptFiles.changed(files.denials());
    if (deniedNow.compareTo(denied) > 0) {
      denied = deniedNow;
      listener.denied();
    }
  }
}
