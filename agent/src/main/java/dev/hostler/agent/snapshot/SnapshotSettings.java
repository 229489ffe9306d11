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
 * @param previewText of which files previews may show the text
 */
public record SnapshotSettings(
    long largestBytes,
    long keepFreeBytes,
    Duration keepFor,
    int keepCount,
    long keepBytes,
    PreviewText previewText) {
  private static final long GIB = 1L << 30;

  /** What agent.toml has when it says nothing. */
  public static final SnapshotSettings USUAL =
      new SnapshotSettings(4 * GIB, GIB, Duration.ofDays(30), 100, 8 * GIB);

  /** Whose previews show what everybody on the host may read. */
  public SnapshotSettings(
      long largestBytes, long keepFreeBytes, Duration keepFor, int keepCount, long keepBytes) {
    this(largestBytes, keepFreeBytes, keepFor, keepCount, keepBytes, PreviewText.PUBLIC);
  }
}
