package dev.hostler.agent.snapshot;

/** What a snapshot was taken for. */
public enum SnapshotKind {
  /** To go back to what was before an attempt. */
  ROLLBACK,
  /** The same, of a preview: to go back, and to compare with. */
  PREVIEW,
  /** How a previewed program would have left the paths. Belongs to the one before. */
  AFTER,
  /** A named point, until it is removed by hand. */
  CHECKPOINT
}
