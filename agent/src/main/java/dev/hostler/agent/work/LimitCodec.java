package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Bounds;
import dev.hostler.agent.attempt.LimitHit;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What limits have added to the ledger's records. Records of before have none of it. */
final class LimitCodec {
  private static final int MOST = 64;

  private LimitCodec() {}

  static void writeBounds(DataOutputStream out, Bounds bounds) throws IOException {
    for (Limits limits : List.of(bounds.job(), bounds.policy())) {
      out.writeInt(limits.values().size());
      for (Map.Entry<Limit, Long> one : limits.values().entrySet()) {
        RecordCodec.writeText(out, one.getKey().key());
        out.writeLong(one.getValue());
      }
    }
  }

  static Bounds readBounds(DataInputStream in) throws IOException {
    return in.available() == 0 ? Bounds.NONE : new Bounds(readLimits(in), readLimits(in));
  }

  private static Limits readLimits(DataInputStream in) throws IOException {
    Limits limits = Limits.NONE;
    int count = count(in);
    for (int i = 0; i < count; i++) {
      String key = RecordCodec.readText(in);
      Limit limit =
          Limit.ofKey(key).orElseThrow(() -> new IOException("unknown limit \"" + key + "\""));
      limits = limits.with(limit, in.readLong());
    }
    return limits;
  }

  static void writeHits(DataOutputStream out, List<LimitHit> hits) throws IOException {
    out.writeInt(hits.size());
    for (LimitHit hit : hits) {
      RecordCodec.writeText(out, hit.limit());
      out.writeLong(hit.value());
      out.writeLong(hit.count());
      RecordCodec.writeText(out, hit.setBy());
      out.writeDouble(hit.share());
      out.writeBoolean(hit.ended());
    }
  }

  static List<LimitHit> readHits(DataInputStream in) throws IOException {
    List<LimitHit> hits = new ArrayList<>();
    int count = in.available() == 0 ? 0 : count(in);
    for (int i = 0; i < count; i++) {
      hits.add(
          new LimitHit(
              RecordCodec.readText(in),
              in.readLong(),
              in.readLong(),
              RecordCodec.readText(in),
              in.readDouble(),
              in.readBoolean()));
    }
    return hits;
  }

  private static int count(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MOST) {
      throw new IOException("a ledger record has " + count + " limits");
    }
    return count;
  }
}
