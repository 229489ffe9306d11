package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Authority;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.ResourceUse;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.usage.UsageSummary;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of the ledger's records. The first byte is the kind. Fields are only ever added at the
 * end of a kind, or a new kind is made.
 */
final class RecordCodec {
  private static final int ACCEPTED = 1;
  private static final int ENDED = 2;
  private static final int FORGOTTEN = 3;
  private static final int COMMAND = 1;
  private static final int ACTION = 2;
  private static final int SNAPSHOT = 3;
  private static final int SANDBOX_TEST = 4;
  private static final int PREVIEW = 5;
  private static final int APPLY = 6;
  private static final int CHECKPOINT = 9;
  private static final String DEFAULT_USER = "default";

  private RecordCodec() {}

  /** A record of the ledger. */
  sealed interface LedgerRecord {
    /**
     * An attempt was taken on.
     *
     * @param bootId the kernel's boot id at that time
     */
    record Accepted(Assignment assignment, String bootId) implements LedgerRecord {}

    /** An attempt has ended. */
    record Ended(AttemptId id, AttemptResult result) implements LedgerRecord {}

    /**
     * The end was acknowledged.
     *
     * @param until how long the id must be known as used
     */
    record Forgotten(AttemptId id, Instant until) implements LedgerRecord {}
  }

  static byte[] encode(LedgerRecord record) {
    var bytes = new ByteArrayOutputStream(256);
    try (var out = new DataOutputStream(bytes)) {
      switch (record) {
        case LedgerRecord.Accepted(Assignment assignment, String bootId) -> {
          out.writeByte(ACCEPTED);
          writeAssignment(out, assignment);
          writeText(out, bootId);
          AuthorityCodec.write(out, assignment);
          SealedCodec.write(out, assignment);
          SandboxCodec.write(out, assignment);
          LimitCodec.writeBounds(out, assignment.bounds());
          CaptureCodec.write(out, assignment);
        }
        case LedgerRecord.Ended(AttemptId id, AttemptResult result) -> {
          out.writeByte(ENDED);
          writeId(out, id);
          writeResult(out, result);
        }
        case LedgerRecord.Forgotten(AttemptId id, Instant until) -> {
          out.writeByte(FORGOTTEN);
          writeId(out, id);
          writeInstant(out, until);
        }
      }
    } catch (IOException e) {
      throw new AssertionError("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws IOException if these are not the bytes of a record that this version knows
   */
  static LedgerRecord decode(byte[] bytes) throws IOException {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int kind = in.readUnsignedByte();
      return switch (kind) {
        case ACCEPTED -> {
          Assignment assignment = readAssignment(in);
          String bootId = readText(in);
          Assignment whole =
              SandboxCodec.read(in, SealedCodec.read(in, AuthorityCodec.read(in, assignment)));
          whole = CaptureCodec.read(in, whole.withBounds(LimitCodec.readBounds(in)));
          yield new LedgerRecord.Accepted(whole, bootId);
        }
        case ENDED -> {
          AttemptId id = readId(in);
          AttemptResult result = readResult(in);
          result = result.withUsage(UsageCodec.read(in));
          result = result.withLimitsHit(LimitCodec.readHits(in));
          result = result.withLearned(in.available() == 0 ? "" : readText(in));
          result = result.withNetwork(NetworkUseCodec.read(in));
          result = result.withSnapshots(SnapshotCodec.read(in));
          yield new LedgerRecord.Ended(id, CheckpointCodec.readHeld(in, result));
        }
        case FORGOTTEN -> new LedgerRecord.Forgotten(readId(in), required(readInstant(in)));
        default -> throw new IOException("unknown kind " + kind + " of ledger record");
      };
    } catch (IllegalArgumentException e) {
      throw new IOException("ledger record: " + e.getMessage(), e);
    }
  }

  private static void writeAssignment(DataOutputStream out, Assignment a) throws IOException {
    writeId(out, a.id());
    writeText(out, a.jobId());
    switch (a.work()) {
      case Work.Command(List<String> argv, _) -> {
        out.writeByte(COMMAND);
        out.writeInt(argv.size());
        for (String argument : argv) {
          writeText(out, argument);
        }
      }
      case Work.Action action -> {
        out.writeByte(action.preview() ? PREVIEW : ACTION);
        writeText(out, action.bundle());
        writeText(out, action.version());
        writeText(out, action.action());
        writeText(out, action.manifestDigest());
        out.writeLong(action.bundleSize());
        writeText(out, action.paramsJson());
      }
      case Work.Snapshot(String verb, String id, boolean force, List<String> shown) -> {
        out.writeByte(shown.isEmpty() ? SNAPSHOT : APPLY);
        writeText(out, verb);
        writeText(out, id);
        out.writeBoolean(force);
        if (!shown.isEmpty()) {
          writeText(out, String.join(",", shown));
        }
      }
      case Work.Checkpoint checkpoint -> {
        out.writeByte(CHECKPOINT);
        CheckpointCodec.write(out, checkpoint);
      }
      case Work.SandboxTest(String runAs) -> {
        out.writeByte(SANDBOX_TEST);
        writeText(out, runAs);
      }
    }
    out.writeInt(a.env().size());
    for (Map.Entry<String, String> variable : a.env().entrySet()) {
      writeText(out, variable.getKey());
      writeText(out, variable.getValue());
    }
    out.writeLong(a.timeout().toMillis());
    writeInstant(out, a.expiresAt());
    writeText(out, a.operator());
  }

  private static Assignment readAssignment(DataInputStream in) throws IOException {
    AttemptId id = readId(in);
    String jobId = readText(in);
    int kind = in.readUnsignedByte();
    Work work =
        switch (kind) {
          case COMMAND -> {
            int count = in.readInt();
            List<String> argv = new ArrayList<>();
            for (int i = 0; i < count; i++) {
              argv.add(readText(in));
            }
            yield new Work.Command(argv, DEFAULT_USER);
          }
          case ACTION -> readAction(in);
          case PREVIEW -> readAction(in).asPreview();
          case SNAPSHOT -> new Work.Snapshot(readText(in), readText(in), in.readBoolean());
          case CHECKPOINT -> CheckpointCodec.read(in);
          case SANDBOX_TEST -> new Work.SandboxTest(readText(in));
          case APPLY ->
              new Work.Snapshot(
                  readText(in),
                  readText(in),
                  in.readBoolean(),
                  List.of(readText(in).split(",", -1)));
          default -> throw new IOException("unknown kind " + kind + " of work");
        };
    int count = in.readInt();
    Map<String, String> env = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      env.put(readText(in), readText(in));
    }
    return new Assignment(
        id,
        jobId,
        work,
        env,
        Duration.ofMillis(in.readLong()),
        readInstant(in),
        new Authority(readText(in), new TreeSet<>(), List.of(), "", false));
  }

  private static Work.Action readAction(DataInputStream in) throws IOException {
    return new Work.Action(
        readText(in), readText(in), readText(in), readText(in), in.readLong(), readText(in));
  }

  private static void writeResult(DataOutputStream out, AttemptResult r) throws IOException {
    out.writeByte(r.outcome().code());
    out.writeInt(r.exitCode());
    out.writeInt(r.signal());
    writeText(out, r.message());
    out.writeByte(r.refusal().code());
    writeInstant(out, r.startedAt());
    writeInstant(out, r.endedAt());
    for (StreamEnd end : List.of(r.stdout(), r.stderr())) {
      out.writeLong(end.bytes());
      out.writeLong(end.dropped());
    }
    writeText(out, r.outputError());
    out.writeLong(r.use().cpuMicros());
    out.writeLong(r.use().memoryPeakBytes());
    out.writeLong(r.use().oomKills());
    out.writeLong(r.use().pidsDenied());
    DenialCodec.write(out, r.denials());
    UsageCodec.write(out, r.use().summary());
    LimitCodec.writeHits(out, r.limitsHit());
    writeText(out, r.learned());
    NetworkUseCodec.write(out, r.use().network());
    SnapshotCodec.write(out, r.snapshots());
    CheckpointCodec.writeHeld(out, r.checkpoint());
  }

  private static AttemptResult readResult(DataInputStream in) throws IOException {
    return new AttemptResult(
        Outcome.of(in.readUnsignedByte()),
        in.readInt(),
        in.readInt(),
        readText(in),
        Refusal.of(in.readUnsignedByte()),
        readInstant(in),
        required(readInstant(in)),
        new StreamEnd(in.readLong(), in.readLong()),
        new StreamEnd(in.readLong(), in.readLong()),
        readText(in),
        new ResourceUse(
            in.readLong(), in.readLong(), in.readLong(), in.readLong(), UsageSummary.UNKNOWN),
        DenialCodec.read(in));
  }

  private static void writeId(DataOutputStream out, AttemptId id) throws IOException {
    writeText(out, id.taskId());
    out.writeInt(id.number());
  }

  private static AttemptId readId(DataInputStream in) throws IOException {
    return new AttemptId(readText(in), in.readInt());
  }

  static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    byte[] bytes = length < 0 ? new byte[0] : in.readNBytes(length);
    if (bytes.length != length) {
      throw new IOException("text of " + length + " bytes is cut off");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static void writeInstant(DataOutputStream out, @Nullable Instant instant) throws IOException {
    out.writeBoolean(instant != null);
    if (instant != null) {
      out.writeLong(instant.getEpochSecond());
      out.writeInt(instant.getNano());
    }
  }

  static @Nullable Instant readInstant(DataInputStream in) throws IOException {
    return in.readBoolean() ? Instant.ofEpochSecond(in.readLong(), in.readInt()) : null;
  }

  static Instant required(@Nullable Instant instant) throws IOException {
    if (instant == null) {
      throw new IOException("a time is missing");
    }
    return instant;
  }
}
