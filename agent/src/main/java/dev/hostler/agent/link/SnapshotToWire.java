package dev.hostler.agent.link;

import dev.hostler.agent.attempt.SnapshotResult;
import dev.hostler.proto.v1.SnapshotDeed;

/** What attempts did about snapshots, as messages. */
final class SnapshotToWire {
  private SnapshotToWire() {}

  static dev.hostler.proto.v1.SnapshotResult result(SnapshotResult result) {
    return dev.hostler.proto.v1.SnapshotResult.newBuilder()
        .setId(result.id())
        .setDeed(SnapshotDeed.forNumber(result.deed().code()))
        .setIdentical(result.identical())
        .setChanges(result.changes())
        .setDifferences(result.differences())
        .setConflicts(result.conflicts())
        .addAllLines(result.lines())
        .setStoredBytes(result.storedBytes())
        .build();
  }
}
