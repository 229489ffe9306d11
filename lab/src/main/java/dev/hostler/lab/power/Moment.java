package dev.hostler.lab.power;

/** What has happened on the disk, in this order. */
enum Moment {
  /** The tree is there, and flushed. */
  MADE,
  /** The first snapshot was reported as taken. */
  CAPTURED_A,
  /** A job begins to change the tree. */
  CHANGING_A,
  /** It has ended. */
  CHANGED_A,
  /** How it left the tree was reported as noted. */
  SEALED_A,
  /** The first snapshot was reported as restored. */
  RESTORED_A,
  /** It was reported as pinned. */
  PINNED_A,
  /** The tree begins to change again. */
  CHANGING_B,
  /** That is flushed. */
  MADE_B,
  /** The second snapshot, which needs bytes of the first one, was reported as taken. */
  CAPTURED_B,
  /** A second job has ended. */
  CHANGED_B,
  /** How it left the tree was reported as noted. */
  SEALED_B,
  /** The first one is about to be removed. */
  REMOVING_A,
  /** It was reported as removed. */
  REMOVED_A,
  /** The second one is about to be collected. */
  COLLECTING_B,
  /** The agent has started with nothing to keep. */
  COLLECTED_B
}
