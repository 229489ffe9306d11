package dev.hostler.controller.job;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What became of a snapshot in an attempt, as its host said.
 *
 * @param id of the snapshot
 * @param deed what was done
 * @param identical of what was brought back, made or compared: is all as it is to be?
 * @param changes that the attempt left, that were undone, made or shown
 * @param differences that there are, or that are left
 * @param conflicts how much something else has changed since
 * @param lines what went wrong or differs, for people
 * @param storedBytes that it added, when it was taken
 */
public record SnapshotResult(
    String id,
    Deed deed,
    boolean identical,
    long changes,
    long differences,
    long conflicts,
    List<String> lines,
    long storedBytes) {
  /** Copies the list. */
  public SnapshotResult {
    lines = List.copyOf(lines);
  }

  /** What was done. */
  public enum Deed {
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

    Deed(int code) {
      this.code = code;
    }

    /** The number on the wire. */
    public int code() {
      return code;
    }

    /** The one with this number; empty for one that is not known. */
    public static Optional<Deed> of(int code) {
      return Arrays.stream(values()).filter(deed -> deed.code == code).findFirst();
    }
  }
}
