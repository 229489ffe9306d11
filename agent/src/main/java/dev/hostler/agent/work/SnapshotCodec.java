package dev.hostler.agent.work;

import dev.hostler.agent.attempt.SnapshotDeed;
import dev.hostler.agent.attempt.SnapshotResult;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What was added to the ledger's record of an ended attempt when results came to tell of snapshots.
 * Records of before have none of it.
 */
final class SnapshotCodec {
  private SnapshotCodec() {}

  static void write(DataOutputStream out, List<SnapshotResult> results) throws IOException {
    out.writeInt(results.size());
    for (SnapshotResult one : results) {
      RecordCodec.writeText(out, one.id());
      out.writeByte(one.deed().code());
      out.writeBoolean(one.identical());
      out.writeLong(one.changes());
      out.writeLong(one.differences());
      out.writeLong(one.conflicts());
      out.writeInt(one.lines().size());
      for (String line : one.lines()) {
        RecordCodec.writeText(out, line);
      }
      out.writeLong(one.storedBytes());
    }
  }

  static List<SnapshotResult> read(DataInputStream in) throws IOException {
    List<SnapshotResult> results = new ArrayList<>();
    int count = in.available() == 0 ? 0 : in.readInt();
    for (int i = 0; i < count; i++) {
      results.add(
          new SnapshotResult(
              RecordCodec.readText(in),
              SnapshotDeed.of(in.readUnsignedByte()),
              in.readBoolean(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              lines(in),
              in.readLong()));
    }
    return results;
  }

  private static List<String> lines(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > SnapshotResult.MOST_LINES) {
      throw new IOException("a ledger record has " + count + " lines about a snapshot");
    }
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(RecordCodec.readText(in));
    }
    return lines;
  }
}
