package dev.hostler.agent.work;

import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.denial.DenialFile;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The denied calls at the end of a ledger's record. Older records end before them. */
final class DenialCodec {
  private DenialCodec() {}

  static void write(DataOutputStream out, List<Denial> denials) throws IOException {
    out.writeInt(denials.size());
    for (Denial one : denials) {
      out.writeInt(one.slot());
      RecordCodec.writeText(out, one.call());
      RecordCodec.writeText(out, one.detail());
      out.writeLong(one.count());
      RecordCodec.writeInstant(out, one.firstAt());
      RecordCodec.writeInstant(out, one.lastAt());
      out.writeInt(one.thread());
      out.writeBoolean(one.routine());
    }
  }

  static List<Denial> read(DataInputStream in) throws IOException {
    List<Denial> denials = new ArrayList<>();
    if (in.available() == 0) {
      return denials; // of an agent that was told of none
    }
    int count = in.readInt();
    if (count < 0 || count > DenialFile.MOST) {
      throw new IOException(count + " kinds of denied calls");
    }
    for (int i = 0; i < count; i++) {
      denials.add(
          new Denial(
              in.readInt(),
              RecordCodec.readText(in),
              RecordCodec.readText(in),
              in.readLong(),
              RecordCodec.required(RecordCodec.readInstant(in)),
              RecordCodec.required(RecordCodec.readInstant(in)),
              in.readInt(),
              in.readBoolean()));
    }
    return denials;
  }
}
