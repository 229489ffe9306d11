package dev.hostler.controller.link;

import dev.hostler.controller.job.SnapshotResult;
import dev.hostler.controller.job.SnapshotResult.Deed;
import java.util.List;

/** What hosts tell of snapshots, bounded. */
final class SnapshotFrames {
  private static final int MOST = 200;
  private static final int MOST_LINES = 50;
  private static final int LONGEST_ID = 200;
  private static final int LONGEST_LINE = 4096;

  private SnapshotFrames() {}

  /** Those whose deed is known here. */
  static List<SnapshotResult> results(List<dev.hostler.proto.v1.SnapshotResult> results) {
    return results.stream()
        .limit(MOST)
        .flatMap(one -> Deed.of(one.getDeedValue()).map(deed -> result(one, deed)).stream())
        .toList();
  }

  private static SnapshotResult result(dev.hostler.proto.v1.SnapshotResult one, Deed deed) {
    return new SnapshotResult(
        text(one.getId(), LONGEST_ID),
        deed,
        one.getIdentical(),
        Math.max(0, one.getChanges()),
        Math.max(0, one.getDifferences()),
        Math.max(0, one.getConflicts()),
        one.getLinesList().stream()
            .limit(MOST_LINES)
            .map(line -> text(line, LONGEST_LINE))
            .toList(),
        Math.max(0, one.getStoredBytes()));
  }

  private static String text(String text, int most) {
    String clean = FromAgent.text(text);
    return clean.length() <= most ? clean : clean.substring(0, most);
  }
}
