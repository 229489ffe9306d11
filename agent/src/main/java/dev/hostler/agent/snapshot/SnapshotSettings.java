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
 * @param encrypt is what is kept encrypted?
 * @param newKeyAfter how long one key is used for that
 */
public record SnapshotSettings(
    long largestBytes,
    long keepFreeBytes,
    Duration keepFor,
    int keepCount,
    long keepBytes,
    PreviewText previewText,
    KeptPaths kept,
    boolean encrypt,
    Duration newKeyAfter) {
  private static final long GIB = 1L << 30;

  /** What agent.toml has when it says nothing. */
  public static final SnapshotSettings USUAL =
      new SnapshotSettings(4 * GIB, GIB, Duration.ofDays(30), 100, 8 * GIB);

  /** Not encrypted; previews show what everybody may read, the usual paths may be named. */
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

  /** Not encrypted. */
  public SnapshotSettings(
      long largestBytes,
      long keepFreeBytes,
      Duration keepFor,
      int keepCount,
      long keepBytes,
      PreviewText previewText,
      KeptPaths kept) {
    this(
        largestBytes,
        keepFreeBytes,
        keepFor,
        keepCount,
        keepBytes,
        previewText,
        kept,
        false,
        Duration.ofDays(90));
  }
}
