package dev.hostler.agent.work;

import dev.hostler.agent.usage.Leak;
import dev.hostler.agent.usage.UsageSummary;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What was used, at the end of a ledger's record. Older records end before it. */
final class UsageCodec {
  private static final int MOST_LEAKS = 16;

  private UsageCodec() {}

  static void write(DataOutputStream out, UsageSummary use) throws IOException {
    out.writeInt(use.samples());
    out.writeLong(use.userMicros());
    out.writeLong(use.cpuPeakMillis());
    out.writeLong(use.memoryMeanBytes());
    out.writeInt(use.processesPeak());
    out.writeInt(use.threadsPeak());
    out.writeInt(use.filesPeak());
    out.writeInt(use.socketsPeak());
    out.writeLong(use.readBytes());
    out.writeLong(use.writtenBytes());
    out.writeLong(use.periods());
    out.writeLong(use.throttledPeriods());
    out.writeLong(use.throttledMicros());
    out.writeLong(use.cpuStalledMicros());
    out.writeLong(use.memoryStalledMicros());
    out.writeLong(use.ioStalledMicros());
    out.writeInt(use.leaks().size());
    for (Leak leak : use.leaks()) {
      RecordCodec.writeText(out, leak.what());
      out.writeLong(leak.from());
      out.writeLong(leak.to());
      out.writeDouble(leak.perMinute());
    }
  }

  static UsageSummary read(DataInputStream in) throws IOException {
    if (in.available() == 0) {
      return UsageSummary.UNKNOWN; // of an agent that did not look
    }
    return new UsageSummary(
        in.readInt(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        leaks(in));
  }

  private static List<Leak> leaks(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MOST_LEAKS) {
      throw new IOException(count + " leaks");
    }
    List<Leak> leaks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      leaks.add(new Leak(RecordCodec.readText(in), in.readLong(), in.readLong(), in.readDouble()));
    }
    return leaks;
  }
}
