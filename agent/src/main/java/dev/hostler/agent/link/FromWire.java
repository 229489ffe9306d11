package dev.hostler.agent.link;

import com.google.protobuf.ByteString;
import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.output.OutputPump;
import dev.hostler.agent.trust.TrustUpdate;
import dev.hostler.agent.work.Resume;
import dev.hostler.proto.v1.ActionAssignment;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.OutputAck;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.Welcome;
import dev.hostler.trust.index.SignedIndex;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Turns frames into the agent's words, and checks what comes from outside. */
final class FromWire {
  private FromWire() {}

  /**
   * @throws IllegalArgumentException if it does not name an attempt
   */
  static AttemptId id(AttemptRef ref) {
    return new AttemptId(ref.getTaskId(), ref.getAttempt());
  }

  /**
   * @throws IllegalArgumentException if a field cannot be what it is meant to be; the message says
   *     which
   */
  static Assignment assignment(dev.hostler.proto.v1.Assignment a) {
    Work work =
        switch (a.getWorkCase()) {
          case COMMAND -> new Work.Command(a.getCommand().getArgvList());
          case ACTION -> action(a.getAction());
          case WORK_NOT_SET ->
              throw new IllegalArgumentException(
                  "it is neither a command nor an action: this agent is too old for it");
        };
    try {
      return new Assignment(
          id(a.getRef()),
          a.getJobId(),
          work,
          a.getEnvMap(),
          duration(a.getTimeout()),
          a.hasExpiresAt()
              ? Instant.ofEpochSecond(a.getExpiresAt().getSeconds(), a.getExpiresAt().getNanos())
              : null,
          a.getOperator());
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("a time is out of range: " + e.getMessage(), e);
    }
  }

  private static Work.Action action(ActionAssignment action) {
    return new Work.Action(
        action.getName().getBundle(),
        action.getName().getVersion(),
        action.getName().getAction(),
        HexFormat.of().formatHex(action.getManifestDigest().toByteArray()),
        action.getBundleSize(),
        action.getParamsJson().toStringUtf8());
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
