package dev.hostler.cli.job;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.SnapshotDeed;
import dev.hostler.proto.v1.SnapshotResult;
import dev.hostler.proto.v1.Task;
import java.util.List;

/** How what tasks did about snapshots looks. */
final class SnapshotView {
  private SnapshotView() {}

  static List<Json.Fields> json(List<SnapshotResult> results) {
    return results.stream().map(SnapshotView::json).toList();
  }

  private static Json.Fields json(SnapshotResult result) {
    boolean compared = isCompared(result);
    SnapshotDeed deed = result.getDeed();
    boolean taken = deed == SnapshotDeed.SNAPSHOT_DEED_TAKEN;
    return Json.object()
        .put("id", result.getId())
        .put("deed", deed(result))
        .put("identical", compared ? result.getIdentical() : null)
        .put("changes", result.getChanges())
        .put("differences", compared ? result.getDifferences() : null)
        .put("conflicts", result.getConflicts())
        .put("lines", result.getLinesList())
        .put("stored_bytes", taken ? result.getStoredBytes() : null);
  }

  private static boolean isCompared(SnapshotResult result) {
    return switch (result.getDeed()) {
      case SNAPSHOT_DEED_ROLLED_BACK,
          SNAPSHOT_DEED_RESTORED,
          SNAPSHOT_DEED_APPLIED,
          SNAPSHOT_DEED_COMPARED ->
          true;
      default -> false;
    };
  }

  private static String deed(SnapshotResult result) {
    return Format.name(result.getDeed(), "SNAPSHOT_DEED_");
  }

  /** Is there anything to show? */
  static boolean isKnown(List<Task> tasks) {
    return tasks.stream().anyMatch(task -> task.getResult().getSnapshotsCount() > 0);
  }

  /** A line for each snapshot. */
  static Table table(List<Task> tasks) {
    Table table =
        new Table("HOST", "SNAPSHOT", "WHAT", "IDENTICAL", "CHANGES", "DIFFERENCES", "CONFLICTS");
    for (Task task : tasks) {
      for (SnapshotResult one : task.getResult().getSnapshotsList()) {
        boolean compared = isCompared(one);
        table
            .row()
            .cell(task.getHostName())
            .cell(one.getId())
            .cell(deed(one).replace('_', ' '))
            .cell(compared ? one.getIdentical() ? "yes" : "no" : "")
            .cell(Long.toString(one.getChanges()))
            .cell(compared ? Long.toString(one.getDifferences()) : "")
            .cell(Long.toString(one.getConflicts()));
      }
    }
    return table;
  }
}
