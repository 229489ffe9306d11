package dev.hostler.agent.sandbox.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The control group of one attempt: the identity of what runs, where a process number is not. Need
 * not exist (any more): then it is empty. Thread-safe.
 */
public interface Cgroup {
  /** The cgroup version of its directories: 1 or 2. */
  int version();

  /** One directory on v2; on v1 one per hierarchy. */
  List<Path> directories();

  /** What the kernel counted so far; what cannot be read is empty. */
  CgroupCounters counters();

  /**
   * Whether no process is left in it.
   *
   * @throws IOException if that cannot be read
   */
  boolean isEmpty() throws IOException;

  /**
   * Kills every process, again and again, until none is left.
   *
   * @param limit how long to try
   * @return whether it is empty
   * @throws IOException if it cannot be read or killed
   */
  boolean kill(Duration limit) throws IOException, InterruptedException;

  /**
   * Removes the empty group. The kernel may be busy with it for a moment after the last process has
   * gone, so this tries for up to a second. No error if it is gone.
   *
   * @throws IOException if it is still there
   */
  void remove() throws IOException, InterruptedException;
}
