package dev.hostler.agent.attempt;

import java.util.ArrayList;
import java.util.List;

/**
 * What became of a snapshot in an attempt.
 *
 * @param id of the snapshot
 * @param deed what was done
 * @param identical of what was brought back, made or compared: is all as it is to be?
 * @param changes that the attempt left, that were undone, made or shown
 * @param differences that there are, or that are left
 * @param conflicts how much something else has changed since
 * @param lines what went wrong or differs, for people; at most {@value #MOST_LINES}
 * @param storedBytes that it added, when it was taken
 */
public record SnapshotResult(
    String id,
    SnapshotDeed deed,
    boolean identical,
    long changes,
    long differences,
    long conflicts,
    List<String> lines,
    long storedBytes) {
  /** Most lines. */
  public static final int MOST_LINES = 50;

  /** Copies the first lines. */
  public SnapshotResult {
    lines = List.copyOf(lines.subList(0, Math.min(lines.size(), MOST_LINES)));
  }

  /** The same with more that differs, a line each. */
  public SnapshotResult withDifferences(List<String> more) {
    List<String> all = new ArrayList<>(lines);
    all.addAll(more);
    return new SnapshotResult(
        id, deed, false, changes, differences + more.size(), conflicts, all, storedBytes);
  }

  /** One of which there is nothing more to say. */
  public static SnapshotResult of(String id, SnapshotDeed deed) {
    return new SnapshotResult(id, deed, false, 0, 0, 0, List.of(), 0);
  }
}
