package dev.hostler.agent.snapshot;

import dev.hostler.agent.policy.KeptPaths;
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
 * @param kept which paths operators may name, and which are the agent's own
 */
public record SnapshotSettings(
    long largestBytes,
    long keepFreeBytes,
    Duration keepFor,
    int keepCount,
    long keepBytes,
    PreviewText previewText,
    KeptPaths kept) {
  private static final long GIB = 1L << 30;

  /** What agent.toml has when it says nothing. */
  public static final SnapshotSettings USUAL =
      new SnapshotSettings(4 * GIB, GIB, Duration.ofDays(30), 100, 8 * GIB);

  /** Whose previews show what everybody on the host may read, where the usual paths are kept. */
  public SnapshotSettings(
      long largestBytes, long keepFreeBytes, Duration keepFor, int keepCount, long keepBytes) {
    this(
        largestBytes,
        keepFreeBytes,
        keepFor,
        keepCount,
        keepBytes,
        PreviewText.PUBLIC,
        KeptPaths.USUAL);
  }
}
