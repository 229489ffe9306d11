package dev.hostler.agent.link;

import com.google.protobuf.ByteString;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.Offer;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.output.OutputPump;
import dev.hostler.agent.trust.TrustUpdate;
import dev.hostler.agent.work.Resume;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.OutputAck;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.Welcome;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetProof;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Turns frames into the agent's words, and checks what comes from outside. */
final class FromWire {
  /** It goes to the ledger as it is; one that opens anything has 113. */
  private static final int MAX_SEALED_KEY = 1024;

  private FromWire() {}

  /**
   * @throws IllegalArgumentException if it does not name an attempt
   */
  static AttemptId id(AttemptRef ref) {
    return new AttemptId(ref.getTaskId(), ref.getAttempt());
  }

  /**
   * @throws IllegalArgumentException if it does not name an attempt
   */
  static Offer offer(dev.hostler.proto.v1.Assignment a) {
    return new Offer(
        id(a.getRef()),
        a.getJobId(),
        new SignedJob(
            a.getJob().getStatement().toByteArray(), a.getJob().getSignature().toByteArray()),
        new TargetProof(
            a.getTargetIndex(),
            a.getTargetCount(),
            a.getTargetPathList().stream().map(ByteString::toByteArray).toList()),
        a.getBundleSize(),
        sealedKey(a.getSealedKey()),
        LimitFields.read(a.getLimits()));
  }

  private static String sealedKey(ByteString wrapped) {
    if (wrapped.size() > MAX_SEALED_KEY) {
      throw new IllegalArgumentException(
          "assignment.sealed_key has " + wrapped.size() + " bytes: more than " + MAX_SEALED_KEY);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(wrapped.toByteArray());
  }

  static TrustUpdate trust(dev.hostler.proto.v1.TrustUpdate update) {
    return new TrustUpdate(
        update.hasIndex()
            ? new SignedIndex(
                update.getIndex().getStatement().toByteArray(),
                update.getIndex().getSignature().toByteArray())
            : null,
        update.getCrlsList().stream().map(ByteString::toByteArray).toList(),
        update.getOcspResponsesList().stream().map(ByteString::toByteArray).toList());
  }

  static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  static StreamName stream(OutputStream stream) {
    return switch (stream) {
      case OUTPUT_STREAM_STDOUT -> StreamName.STDOUT;
      case OUTPUT_STREAM_STDERR -> StreamName.STDERR;
      case OUTPUT_STREAM_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("no such output stream: " + stream);
    };
  }

  /**
   * @throws IllegalArgumentException if it names something that cannot be
   */
  static Resume resume(Welcome welcome) {
    List<OutputPump.Position> positions = new ArrayList<>();
    for (OutputAck ack : welcome.getOutputOffsetsList()) {
      positions.add(
          new OutputPump.Position(id(ack.getRef()), stream(ack.getStream()), ack.getOffset()));
    }
    Set<AttemptId> unknown = new HashSet<>();
    for (AttemptRef ref : welcome.getUnknownList()) {
      unknown.add(id(ref));
    }
    return new Resume(welcome.getOutputWindowBytes(), positions, unknown);
  }
}
