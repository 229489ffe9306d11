package dev.hostler.trust.audit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Checks the hash chain of an audit log from its rows alone, first to last, and names every row
 * that was altered, removed or moved. Trusts nothing that the rows say of themselves: recomputes
 * each hash. Somebody who rewrites all rows from some row on, with new hashes, is found by a
 * checkpoint made before that, and by nothing else. Not thread-safe.
 */
public final class ChainCheck {
  /** A row that was moved is looked for as far as this from where it stands. */
  private static final int NEAR = 1000;

  private static final int MOST_FINDINGS = 1000;

  private final List<Finding> findings = new ArrayList<>();
  private final NavigableMap<Long, AuditCheckpoint> checkpoints = new TreeMap<>();
  private long last;
  private String lastHash = AuditRow.START;
  private boolean moved;
  private long more;

  /** What is wrong. */
  public enum Kind {
    /** Rows are not there. */
    MISSING,
    /** A row does not say what it said when it was written. */
    ALTERED,
    /** A row stands at another place than where it was written. */
    MOVED,
    /** A row does not follow the one before it: one of them was put in place of another. */
    UNLINKED,
    /** The log is not the one that a checkpoint was made of. */
    CHECKPOINT
  }

  /**
   * Something that is wrong.
   *
   * @param sequence of the row; of several, the first
   * @param kind what sort of thing
   * @param message in words
   */
  public record Finding(long sequence, Kind kind, String message) {}

  /** The log must contain this. Say it before the first row. */
  public void require(AuditCheckpoint checkpoint) {
    checkpoints.put(checkpoint.sequence(), checkpoint);
  }

  /**
   * The next row.
   *
   * @param previous the hash of the row before, in hex, as the row has it
   * @param hash its own, in hex, as the row has it
   */
  public void add(AuditRow row, String previous, String hash) {
    long place = row.sequence();
    if (place <= last) {
      find(place, Kind.MOVED, "row " + place + " comes after row " + last);
      return;
    }
    // What follows a gap or a row from elsewhere does not fit, and is not to blame.
    boolean unknown = place > last + 1 || moved;
    moved = false;
    if (place > last + 1) {
      missing(last + 1, place - 1, "are missing");
    }
    if (!row.hash(previous).equals(hash)) {
      long written = writtenAs(row, previous, hash);
      if (written > 0) {
        moved = true;
        find(
            place,
            Kind.MOVED,
            "row " + place + " was moved: it is what was written as row " + written);
      } else {
        find(
            place,
            Kind.ALTERED,
            "row "
                + place
                + " was altered: its hash is not the one of what it says ("
                + row.at()
                + ", "
                + row.actor()
                + ", "
                + row.verb()
                + ", "
                + row.subject()
                + ")");
      }
    } else if (!unknown && !previous.equals(lastHash)) {
      find(
          place,
          Kind.UNLINKED,
          "row "
              + place
              + " does not follow row "
              + (place - 1)
              + ": one of the two was written anew");
    }
    AuditCheckpoint checkpoint = checkpoints.remove(place);
    if (checkpoint != null && !checkpoint.hash().equals(hash)) {
      find(
          place,
          Kind.CHECKPOINT,
          "row "
              + place
              + " is not the one of the checkpoint of "
              + checkpoint.at()
              + ": the log up to here was written anew");
    }
    last = place;
    lastHash = hash;
  }

  /**
   * The end of the log.
   *
   * @param sequence of the last row, as the log's owner says
   * @param hash of that row, in hex
   */
  public void end(long sequence, String hash) {
    if (sequence > last) {
      missing(last + 1, sequence, "are missing at the end");
    } else if (sequence < last || !hash.equals(lastHash)) {
      find(
          last,
          Kind.UNLINKED,
          "the log says that it ends with row " + sequence + ", but the last row is " + last);
    }
    for (AuditCheckpoint checkpoint : checkpoints.values()) {
      if (checkpoint.sequence() > last) {
        find(
            last + 1,
            Kind.CHECKPOINT,
            "the log ends with row "
                + last
                + ", but had "
                + checkpoint.sequence()
                + " when the checkpoint of "
                + checkpoint.at()
                + " was made: its end was cut off");
      } else {
        find(
            checkpoint.sequence(),
            Kind.CHECKPOINT,
            "row " + checkpoint.sequence() + " of the checkpoint is missing");
      }
    }
    checkpoints.clear();
  }

  private void missing(long from, long to, String how) {
    find(
        from,
        Kind.MISSING,
        from == to
            ? "row " + from + " " + how.replace("are", "is")
            : "rows " + from + " to " + to + " " + how);
  }

  private static long writtenAs(AuditRow row, String previous, String hash) {
    for (long away = 1; away <= NEAR; away++) {
      if (row.hash(previous, row.sequence() + away).equals(hash)) {
        return row.sequence() + away;
      }
      if (row.sequence() > away && row.hash(previous, row.sequence() - away).equals(hash)) {
        return row.sequence() - away;
      }
    }
    return 0;
  }

  private void find(long sequence, Kind kind, String message) {
    if (findings.size() < MOST_FINDINGS) {
      findings.add(new Finding(sequence, kind, message));
    } else {
      more++;
    }
  }

  /** What is wrong, in the order in which it was found; the first thousand. */
  public List<Finding> findings() {
    return Collections.unmodifiableList(findings);
  }

  /** How many findings there are besides {@link #findings}. */
  public long more() {
    return more;
  }

  /** Number of the last row. */
  public long last() {
    return last;
  }

  /** Hash of the last row, in hex. */
  public String lastHash() {
    return lastHash;
  }
}
