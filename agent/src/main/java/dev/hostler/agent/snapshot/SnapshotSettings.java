package dev.hostler.agent.snapshot;

import java.time.Duration;

/**
 * How much is kept.
 *
 * @param largestBytes that one snapshot may add
 * @param keepFreeBytes of the state directory's file system
 * @param keepFor how long a snapshot is kept
 * @param keepCount how many are kept
 * @param keepBytes how much all together may take; the oldest go first
 */
public record SnapshotSettings(
    long largestBytes, long keepFreeBytes, Duration keepFor, int keepCount, long keepBytes) {
  private static final long GIB = 1L << 30;

  /** What agent.toml has when it says nothing. */
  public static final SnapshotSettings USUAL =
      new SnapshotSettings(4 * GIB, GIB, Duration.ofDays(30), 100, 8 * GIB);
}
