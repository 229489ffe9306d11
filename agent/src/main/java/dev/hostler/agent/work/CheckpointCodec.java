package dev.hostler.agent.work;

import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.CheckpointHeld;
import dev.hostler.agent.attempt.Work;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What checkpoints have added to the ledger's records. Records of before have none of it. */
final class CheckpointCodec {
  private static final int MOST = 1000;

  private CheckpointCodec() {}

  static void write(DataOutputStream out, Work.Checkpoint work) throws IOException {
    RecordCodec.writeText(out, work.verb());
    RecordCodec.writeText(out, work.name());
    out.writeBoolean(work.force());
    for (List<String> texts : List.of(work.paths(), work.shown())) {
      out.writeInt(texts.size());
      for (String text : texts) {
        RecordCodec.writeText(out, text);
      }
    }
  }

  static Work.Checkpoint read(DataInputStream in) throws IOException {
    String verb = RecordCodec.readText(in);
    String name = RecordCodec.readText(in);
    boolean force = in.readBoolean();
    return new Work.Checkpoint(verb, name, texts(in), force, texts(in));
  }

  private static List<String> texts(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MOST) {
      throw new IOException("a ledger record has " + count + " paths or digests");
    }
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      texts.add(RecordCodec.readText(in));
    }
    return texts;
  }

  static void writeHeld(DataOutputStream out, @Nullable CheckpointHeld held) throws IOException {
    out.writeBoolean(held != null);
    if (held != null) {
      RecordCodec.writeText(out, held.name());
      RecordCodec.writeText(out, held.snapshot());
      RecordCodec.writeInstant(out, held.taken());
      out.writeLong(held.entries());
      out.writeLong(held.bytes());
      out.writeLong(held.storedBytes());
      out.writeBoolean(held.removed());
    }
  }

  static AttemptResult readHeld(DataInputStream in, AttemptResult result) throws IOException {
    if (in.available() == 0 || !in.readBoolean()) {
      return result;
    }
    return result.withCheckpoint(
        new CheckpointHeld(
            RecordCodec.readText(in),
            RecordCodec.readText(in),
            RecordCodec.readInstant(in),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readBoolean()));
  }
}
