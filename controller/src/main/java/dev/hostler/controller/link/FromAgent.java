package dev.hostler.controller.link;

import com.google.protobuf.Timestamp;
import dev.hostler.controller.job.AttemptRef;
import dev.hostler.controller.job.AttemptResult;
import dev.hostler.controller.job.AttemptResult.ResourceUse;
import dev.hostler.controller.job.AttemptResult.StreamTotals;
import dev.hostler.controller.job.CheckpointHeld;
import dev.hostler.controller.job.LimitHit;
import dev.hostler.controller.job.Outcome;
import dev.hostler.controller.job.Refusal;
import dev.hostler.controller.job.TaskState;
import dev.hostler.controller.output.Chunk;
import dev.hostler.controller.output.Codec;
import dev.hostler.controller.output.Stream;
import dev.hostler.controller.output.StreamId;
import dev.hostler.proto.v1.HeldAttempt;
import dev.hostler.proto.v1.Hello;
import dev.hostler.proto.v1.OutputChunk;
import dev.hostler.trust.secret.SecretException;
import dev.hostler.trust.secret.SignedSealingKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Translates what agents send; refuses what breaks the contract. */
final class FromAgent {
  private static final Logger LOG = LoggerFactory.getLogger(FromAgent.class);
  private static final int MAX_TEXT = 8192;
  private static final int MAX_HITS = 64;
  private static final int MAX_LEARNED = 1 << 20;
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private FromAgent() {}

  static AttemptRef ref(String frame, dev.hostler.proto.v1.AttemptRef ref) {
    UUID id;
    try {
      id = UUID.fromString(ref.getTaskId());
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException(
          frame + ".ref.task_id: \"" + text(ref.getTaskId()) + "\" is not a task id");
    }
    if (ref.getAttempt() < 1) {
      throw new MalformedFrameException(
          "%s.ref.attempt: %s is not a number from 1 to %d"
              .formatted(frame, Integer.toUnsignedString(ref.getAttempt()), Integer.MAX_VALUE));
    }
    return new AttemptRef(id, ref.getAttempt());
  }

  static Map<AttemptRef, TaskState> held(List<HeldAttempt> attempts) {
    Map<AttemptRef, TaskState> held = new HashMap<>();
    for (HeldAttempt attempt : attempts) {
      int state = attempt.getStateValue();
      if (state < TaskState.ASSIGNED.code() || state > TaskState.LOST.code()) {
        throw new MalformedFrameException(
            "hello.attempts.state: " + state + " is not the state of an attempt in a ledger");
      }
      held.put(ref("hello.attempts", attempt.getRef()), TaskState.of(state));
    }
    return held;
  }

  /**
   * The host's sealing key; empty if it sent none, or one that no operator would take: only secret
   * parameters depend on it, not the stream.
   */
  static Optional<SignedSealingKey> sealingKey(UUID hostId, Hello hello) {
    if (!hello.hasSealingKey()) {
      return Optional.empty();
    }
    SignedSealingKey key =
        new SignedSealingKey(
            hello.getSealingKey().getStatement().toByteArray(),
            hello.getSealingKey().getSignature().toByteArray());
    try {
      if (key.read().hostId().equals(hostId.toString())) {
        return Optional.of(key);
      }
      LOG.warn("host {} sent the sealing key of another host; ignored", hostId);
    } catch (SecretException e) {
      LOG.warn("host {} sent a sealing key that cannot be used: {}", hostId, e.getMessage());
    }
    return Optional.empty();
  }

  static Chunk chunk(OutputChunk output) {
    AttemptRef ref = ref("output", output.getRef());
    try {
      StreamId id = new StreamId(ref.taskId(), ref.attempt(), Stream.of(output.getStreamValue()));
      return new Chunk(
          id,
          output.getOffset(),
          output.getLength(),
          Codec.of(output.getCodecValue()),
          output.getData().toByteArray());
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException("output: " + e.getMessage());
    }
  }

  static AttemptResult result(dev.hostler.proto.v1.AttemptResult result) {
    Outcome outcome;
    try {
      outcome = Outcome.of(result.getOutcomeValue());
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException("ended.result.outcome: " + e.getMessage());
    }
    return new AttemptResult(
        outcome,
        result.getExitCode(),
        result.getSignal(),
        text(result.getMessage()),
        Refusal.of(result.getRefusalValue()),
        result.hasStartedAt() ? instant(result.getStartedAt()) : null,
        result.hasEndedAt() ? instant(result.getEndedAt()) : null,
        new StreamTotals(
            count("stdout_bytes", result.getStdoutBytes()),
            count("stdout_dropped_bytes", result.getStdoutDroppedBytes())),
        new StreamTotals(
            count("stderr_bytes", result.getStderrBytes()),
            count("stderr_dropped_bytes", result.getStderrDroppedBytes())),
        text(result.getOutputError()),
        new ResourceUse(
            nanos(result.getUse().getCpuTime()),
            Math.max(0, result.getUse().getMemoryPeakBytes()),
            Math.max(0, result.getUse().getOomKills()),
            Math.max(0, result.getUse().getPidsDenied()),
            result.getUse().hasSummary() ? UsageFrames.summary(result.getUse().getSummary()) : null,
            result.getUse().hasNetwork() ? NetworkFrames.use(result.getUse().getNetwork()) : null),
        result.getLimitsHitList().stream().limit(MAX_HITS).map(FromAgent::hit).toList(),
        learned(result.getLearned()),
        SnapshotFrames.results(result.getSnapshotsList()),
        result.hasCheckpoint() ? held(result.getCheckpoint()) : null);
  }

  private static CheckpointHeld held(dev.hostler.proto.v1.CheckpointHeld held) {
    return new CheckpointHeld(
        text(held.getName()),
        text(held.getSnapshot()),
        held.hasTakenAt() ? instant(held.getTakenAt()) : null,
        Math.max(0, held.getEntries()),
        Math.max(0, held.getBytes()),
        Math.max(0, held.getStoredBytes()),
        held.getRemoved());
  }

  private static LimitHit hit(dev.hostler.proto.v1.LimitHit hit) {
    return new LimitHit(
        text(hit.getLimit()),
        Math.max(0, hit.getValue()),
        Math.max(0, hit.getCount()),
        text(hit.getSetBy()),
        hit.getShare() >= 0 && hit.getShare() <= 1 ? hit.getShare() : 0, // also what is no number
        hit.getEnded());
  }

  /** JSON for whoever asked; of one that is too long, nothing is of use. */
  private static String learned(String json) {
    return json.length() > MAX_LEARNED || json.indexOf('\0') >= 0 ? "" : json;
  }

  private static long count(String field, long value) {
    if (value < 0) {
      throw new MalformedFrameException(
          "ended.result." + field + ": " + Long.toUnsignedString(value) + " is out of range");
    }
    return value;
  }

  private static long nanos(com.google.protobuf.Duration duration) {
    try {
      return Math.max(0, Duration.ofSeconds(duration.getSeconds(), duration.getNanos()).toNanos());
    } catch (ArithmeticException e) {
      return 0;
    }
  }

  /** Null for a time that no clock shows. */
  static @Nullable Instant instant(Timestamp time) {
    long seconds = time.getSeconds();
    return seconds < 0 || seconds > LATEST.getEpochSecond()
        ? null
        : Instant.ofEpochSecond(seconds, Math.clamp(time.getNanos(), 0, 999_999_999));
  }

  /** Text of a host for people: of bounded length, and without NUL, which PostgreSQL refuses. */
  static String text(String text) {
    String clean = text.replace('\0', '\uFFFD');
    return clean.length() <= MAX_TEXT ? clean : clean.substring(0, MAX_TEXT - 1) + "…";
  }
}
