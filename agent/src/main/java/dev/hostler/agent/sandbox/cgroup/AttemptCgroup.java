package dev.hostler.agent.sandbox.cgroup;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What both versions do alike. */
abstract sealed class AttemptCgroup implements Cgroup permits CgroupV1, CgroupV2 {
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

  private final List<Path> directories;
  final TimeSource time;

  AttemptCgroup(List<Path> directories, TimeSource time) {
    this.directories = List.copyOf(directories);
    this.time = time;
  }

  @Override
  public final List<Path> directories() {
    return directories;
  }

  /** Sends SIGKILL to every process that is in it now. */
  abstract void killOnce() throws IOException, InterruptedException;

  @Override
  public final boolean kill(Duration limit) throws IOException, InterruptedException {
    long start = time.nanoTime();
    Duration pause = Duration.ofMillis(1);
    while (!isEmpty()) {
      if (time.nanoTime() - start >= limit.toNanos()) {
        return false;
      }
      killOnce();
      time.sleep(pause);
      pause = pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
    return true;
  }

  @Override
  public final void remove() throws IOException, InterruptedException {
    for (Path directory : directories) {
      CgroupFiles.remove(directory, time);
    }
  }

  @Override
  public final String toString() {
    return "cgroup v" + version() + " " + directories;
  }
}
