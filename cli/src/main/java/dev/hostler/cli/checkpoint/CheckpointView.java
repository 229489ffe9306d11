package dev.hostler.cli.checkpoint;

import dev.hostler.cli.command.Details;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.Checkpoint;
import dev.hostler.proto.v1.CheckpointHost;
import dev.hostler.proto.v1.CheckpointState;
import java.util.List;

/** Checkpoints, for people and programs. */
final class CheckpointView {
  private CheckpointView() {}

  static Table table(List<Checkpoint> checkpoints) {
    Table table = new Table("NAME", "HOSTS", "STORED", "CREATED", "BY", "PATHS");
    for (Checkpoint one : checkpoints) {
      table
          .row()
          .cell(one.getName())
          .cell(one.getKept() + " of " + (one.getKept() + one.getPending() + one.getMissing()))
          .cell(Format.bytes(one.getStoredBytes()))
          .cell(Format.local(one.getCreatedAt()))
          .cell(one.getCreatedBy())
          .cell(String.join(" ", one.getPathsList()));
    }
    return table;
  }

  static String details(Checkpoint one, Style style) {
    return new Details(style)
        .line("name", one.getName())
        .line("paths", String.join(" ", one.getPathsList()))
        .line("created", Format.local(one.getCreatedAt()) + " by " + one.getCreatedBy())
        .line("stored", Format.bytes(one.getStoredBytes()) + " on all hosts")
        .line("hosts", counts(one))
        .toString();
  }

  private static String counts(Checkpoint one) {
    return one.getKept()
        + " have it"
        + (one.getPending() > 0 ? ", " + one.getPending() + " may still get it" : "")
        + (one.getMissing() > 0 ? ", " + one.getMissing() + " do not have it" : "");
  }

  static Table hosts(Checkpoint checkpoint, Style style) {
    Table table =
        new Table(
            "HOST", "STATE", "AGENT", "TAKEN", "BY", "PATHS", "SIZE", "STORED", "SNAPSHOT", "WHY");
    for (CheckpointHost one : checkpoint.getHostsList()) {
      boolean kept = one.getState() == CheckpointState.CHECKPOINT_STATE_KEPT;
      table
          .row()
          .cell(one.getHostName())
          .state(state(one), style)
          .state(one.getConnected() ? "connected" : "offline", style)
          .cell(one.hasTakenAt() ? Format.local(one.getTakenAt()) : "")
          .cell(one.getTakenBy())
          .cell(kept ? Long.toUnsignedString(one.getEntries()) : "")
          .cell(kept ? Format.bytes(one.getBytes()) : "")
          .cell(kept ? Format.bytes(one.getStoredBytes()) : "")
          .cell(one.getSnapshot())
          .cell(one.getMessage());
    }
    return table;
  }

  private static String state(CheckpointHost one) {
    return Format.name(one.getState(), "CHECKPOINT_STATE_");
  }

  static Json.Fields json(Checkpoint one) {
    return Json.object()
        .put("name", one.getName())
        .put("paths", List.copyOf(one.getPathsList()))
        .put("created_at", Format.utc(one.hasCreatedAt(), one.getCreatedAt()))
        .put("created_by", one.getCreatedBy())
        .put("kept", one.getKept())
        .put("pending", one.getPending())
        .put("missing", one.getMissing())
        .put("stored_bytes", one.getStoredBytes());
  }

  static Json.Fields json(CheckpointHost one) {
    return Json.object()
        .put("host_id", one.getHostId())
        .put("host_name", one.getHostName())
        .put("state", state(one))
        .put("message", one.getMessage())
        .put("connected", one.getConnected())
        .put("last_seen_at", Format.utc(one.hasLastSeenAt(), one.getLastSeenAt()))
        .put("job_id", one.getJobId())
        .put("snapshot", one.getSnapshot())
        .put("taken_at", Format.utc(one.hasTakenAt(), one.getTakenAt()))
        .put("taken_by", one.getTakenBy())
        .put("entries", one.getEntries())
        .put("bytes", one.getBytes())
        .put("stored_bytes", one.getStoredBytes());
  }
}
