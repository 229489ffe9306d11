package dev.hostler.agent.link;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.CheckpointHeld;
import dev.hostler.agent.attempt.NetworkUse;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.output.OutputSink;
import dev.hostler.agent.work.Workbench;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AttemptAccepted;
import dev.hostler.proto.v1.AttemptDenials;
import dev.hostler.proto.v1.AttemptEnded;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptRunning;
import dev.hostler.proto.v1.FleetRootsHeld;
import dev.hostler.proto.v1.Heartbeat;
import dev.hostler.proto.v1.HeldAttempt;
import dev.hostler.proto.v1.HostFacts;
import dev.hostler.proto.v1.OutputChunk;
import dev.hostler.proto.v1.OutputCodec;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.RefusalReason;
import dev.hostler.proto.v1.ResourceUse;
import dev.hostler.proto.v1.SealingKey;
import dev.hostler.proto.v1.SlotGrant;
import dev.hostler.proto.v1.TaskState;
import dev.hostler.proto.v1.TrustReport;
import dev.hostler.trust.secret.SignedSealingKey;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Turns the agent's words into frames. */
final class ToWire {
  private ToWire() {}

  static AgentFrame slots(int count) {
    return AgentFrame.newBuilder().setSlots(SlotGrant.newBuilder().setSlots(count)).build();
  }

  static AgentFrame accepted(AttemptId id) {
    return AgentFrame.newBuilder()
        .setAccepted(AttemptAccepted.newBuilder().setRef(ref(id)))
        .build();
  }

  static AgentFrame running(AttemptId id, Instant startedAt) {
    return AgentFrame.newBuilder()
        .setRunning(AttemptRunning.newBuilder().setRef(ref(id)).setStartedAt(timestamp(startedAt)))
        .build();
  }

  static AgentFrame ended(AttemptId id, AttemptResult result) {
    return AgentFrame.newBuilder()
        .setEnded(AttemptEnded.newBuilder().setRef(ref(id)).setResult(result(result)))
        .build();
  }

  static AgentFrame denied(AttemptId id, List<Denial> denials) {
    return AgentFrame.newBuilder()
        .setDenials(
            AttemptDenials.newBuilder()
                .setRef(ref(id))
                .addAllDenials(denials.stream().map(ToWire::denial).toList()))
        .build();
  }

  private static dev.hostler.proto.v1.Denial denial(Denial denial) {
    return dev.hostler.proto.v1.Denial.newBuilder()
        .setSlot(denial.slot())
        .setCall(denial.call())
        .setDetail(denial.detail())
        .setCount(denial.count())
        .setFirstAt(timestamp(denial.firstAt()))
        .setLastAt(timestamp(denial.lastAt()))
        .setThread(denial.thread())
        .setRoutine(denial.routine())
        .build();
  }

  static AgentFrame heartbeat(long sequence) {
    return AgentFrame.newBuilder()
        .setHeartbeat(Heartbeat.newBuilder().setSequence(sequence))
        .build();
  }

  /** The piece's bytes are not copied: the frame is to be sent before they change. */
  static AgentFrame output(OutputSink.Piece piece) {
    return AgentFrame.newBuilder()
        .setOutput(
            OutputChunk.newBuilder()
                .setRef(ref(piece.id()))
                .setStream(
                    piece.stream() == StreamName.STDOUT
                        ? OutputStream.OUTPUT_STREAM_STDOUT
                        : OutputStream.OUTPUT_STREAM_STDERR)
                .setOffset(piece.offset())
                .setLength(piece.length())
                .setCodec(
                    piece.zstd()
                        ? OutputCodec.OUTPUT_CODEC_ZSTD
                        : OutputCodec.OUTPUT_CODEC_IDENTITY)
                .setData(UnsafeByteOperations.unsafeWrap(piece.data(), 0, piece.dataLength())))
        .build();
  }

  static AgentFrame trust(long indexNumber) {
    return AgentFrame.newBuilder()
        .setTrust(TrustReport.newBuilder().setIndexNumber(indexNumber))
        .build();
  }

  static HeldAttempt held(Workbench.HeldState held) {
    return HeldAttempt.newBuilder().setRef(ref(held.id())).setState(state(held)).build();
  }

  private static TaskState state(Workbench.HeldState held) {
    Outcome outcome = held.outcome();
    if (outcome == null) {
      return held.running() ? TaskState.TASK_STATE_RUNNING : TaskState.TASK_STATE_ASSIGNED;
    }
    return switch (outcome) {
      case EXITED ->
          held.exitCode() == 0 ? TaskState.TASK_STATE_SUCCEEDED : TaskState.TASK_STATE_FAILED;
      case SIGNALED, OUT_OF_MEMORY, SANDBOX_FAILED -> TaskState.TASK_STATE_FAILED;
      case TIMED_OUT -> TaskState.TASK_STATE_TIMED_OUT;
      case CANCELLED -> TaskState.TASK_STATE_CANCELLED;
      case REFUSED -> TaskState.TASK_STATE_REFUSED;
    };
  }

  static HostFacts facts(dev.hostler.agent.facts.HostFacts facts) {
    HostFacts.Builder builder =
        HostFacts.newBuilder()
            .setHostname(facts.hostname())
            .setOsId(facts.osId())
            .setOsVersion(facts.osVersion())
            .setOsName(facts.osName())
            .setKernel(facts.kernel())
            .setArch(facts.arch())
            .setCpus(facts.cpus())
            .setMemoryBytes(facts.memoryBytes())
            .addAllAddresses(facts.addresses())
            .putAllLabels(facts.labels())
            .setAgentVersion(facts.agentVersion())
            .setCgroupVersion(facts.cgroupVersion())
            .setLimits(LimitFields.message(facts.limits()));
    facts
        .heldBundles()
        .forEach(
            digest -> builder.addHeldBundles(ByteString.copyFrom(HexFormat.of().parseHex(digest))));
    if (facts.bootedAt() != null) {
      builder.setBootedAt(timestamp(facts.bootedAt()));
    }
    return builder.build();
  }

  static FleetRootsHeld rootsHeld(List<byte[]> digests) {
    FleetRootsHeld.Builder held = FleetRootsHeld.newBuilder();
    digests.forEach(digest -> held.addDigests(ByteString.copyFrom(digest)));
    return held.build();
  }

  static SealingKey sealingKey(SignedSealingKey key) {
    return SealingKey.newBuilder()
        .setStatement(ByteString.copyFrom(key.statement()))
        .setSignature(ByteString.copyFrom(key.signature()))
        .build();
  }

  static AttemptRef ref(AttemptId id) {
    return AttemptRef.newBuilder().setTaskId(id.taskId()).setAttempt(id.number()).build();
  }

  private static dev.hostler.proto.v1.AttemptResult result(AttemptResult result) {
    var builder =
        dev.hostler.proto.v1.AttemptResult.newBuilder()
            .setOutcomeValue(result.outcome().code())
            .setExitCode(result.exitCode())
            .setSignal(result.signal())
            .setMessage(result.message())
            .setRefusal(RefusalReason.forNumber(result.refusal().code()))
            .setEndedAt(timestamp(result.endedAt()))
            .setStdoutBytes(result.stdout().bytes())
            .setStderrBytes(result.stderr().bytes())
            .setStdoutDroppedBytes(result.stdout().dropped())
            .setStderrDroppedBytes(result.stderr().dropped())
            .setOutputError(result.outputError())
            .setLearned(result.learned())
            .addAllSnapshots(result.snapshots().stream().map(SnapshotToWire::result).toList())
            .addAllDenials(result.denials().stream().map(ToWire::denial).toList())
            .addAllLimitsHit(result.limitsHit().stream().map(LimitFields::hit).toList())
            .setUse(
                ResourceUse.newBuilder()
                    .setCpuTime(micros(result.use().cpuMicros()))
                    .setMemoryPeakBytes(result.use().memoryPeakBytes())
                    .setOomKills(result.use().oomKills())
                    .setPidsDenied(result.use().pidsDenied())
                    .setSummary(UsageToWire.summary(result.use().summary())));
    if (!result.use().network().equals(NetworkUse.NONE)) {
      builder.getUseBuilder().setNetwork(NetworkToWire.use(result.use().network()));
    }
    @Nullable CheckpointHeld checkpoint = result.checkpoint();
    if (checkpoint != null) {
      builder.setCheckpoint(held(checkpoint));
    }
    @Nullable Instant startedAt = result.startedAt();
    if (startedAt != null) {
      builder.setStartedAt(timestamp(startedAt));
    }
    return builder.build();
  }

  private static dev.hostler.proto.v1.CheckpointHeld held(CheckpointHeld held) {
    var builder =
        dev.hostler.proto.v1.CheckpointHeld.newBuilder()
            .setName(held.name())
            .setSnapshot(held.snapshot())
            .setEntries(held.entries())
            .setBytes(held.bytes())
            .setStoredBytes(held.storedBytes())
            .setRemoved(held.removed());
    @Nullable Instant taken = held.taken();
    if (taken != null) {
      builder.setTakenAt(timestamp(taken));
    }
    return builder.build();
  }

  private static Duration micros(long micros) {
    return Duration.newBuilder()
        .setSeconds(TimeUnit.MICROSECONDS.toSeconds(micros))
        .setNanos((int) TimeUnit.MICROSECONDS.toNanos(micros % 1_000_000))
        .build();
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
