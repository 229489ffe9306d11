package dev.hostler.agent.attempt;

/** What was done about a snapshot. The numbers are in the ledger: never change one. */
public enum SnapshotDeed {
  /** Captured before the attempt, and kept. */
  TAKEN(1),
  /** Brought back by itself, because the attempt failed. */
  ROLLED_BACK(2),
  /** Brought back because an operator said so. */
  RESTORED(3),
  /** Left alone: something else has changed what it has. */
  REFUSED(4),
  /** Compared with how the host is. */
  COMPARED(5),
  /** A preview: what it showed was made. */
  APPLIED(6),
  /** A preview: what would be changed was told. */
  PREVIEWED(7),
  /** Kept until it is removed by hand. */
  PINNED(8),
  /** No longer so. */
  UNPINNED(9),
  /** Removed. */
  REMOVED(10),
  /** Not even begun, or ended half-way. */
  FAILED(11);

  private final int code;

  SnapshotDeed(int code) {
    this.code = code;
  }

  /** The number in records and on the wire. */
  public int code() {
    return code;
  }

  /**
   * The one with this number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static SnapshotDeed of(int code) {
    for (SnapshotDeed deed : values()) {
      if (deed.code == code) {
        return deed;
      }
    }
    throw new IllegalArgumentException(
        "nothing that is done about snapshots has the number " + code);
  }
}
