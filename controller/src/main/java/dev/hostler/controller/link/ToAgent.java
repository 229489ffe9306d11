package dev.hostler.controller.link;

import com.google.protobuf.UnsafeByteOperations;
import dev.hostler.controller.job.Assignment;
import dev.hostler.controller.job.AttemptRef;
import dev.hostler.controller.output.StreamId;
import dev.hostler.proto.v1.CancelAttempt;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.Drain;
import dev.hostler.proto.v1.Heartbeat;
import dev.hostler.proto.v1.OutputAck;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.ResultAck;
import dev.hostler.proto.v1.SignedJob;
import java.time.Duration;

/** Translates what agents are sent. */
final class ToAgent {
  private ToAgent() {}

  static dev.hostler.proto.v1.AttemptRef ref(AttemptRef ref) {
    return dev.hostler.proto.v1.AttemptRef.newBuilder()
        .setTaskId(ref.taskId().toString())
        .setAttempt(ref.attempt())
        .build();
  }

  static ControllerFrame assignment(Assignment assignment) {
    dev.hostler.proto.v1.Assignment.Builder frame =
        dev.hostler.proto.v1.Assignment.newBuilder()
            .setRef(ref(assignment.ref()))
            .setJobId(assignment.jobId().toString())
            .setJob(
                SignedJob.newBuilder()
                    .setStatement(UnsafeByteOperations.unsafeWrap(assignment.job().statement()))
                    .setSignature(UnsafeByteOperations.unsafeWrap(assignment.job().signature())))
            .setTargetIndex(assignment.proof().index())
            .setTargetCount(assignment.proof().size())
            .setBundleSize(assignment.bundleSize())
            .setSealedKey(UnsafeByteOperations.unsafeWrap(assignment.sealedKey()))
            .setLimits(LimitFields.message(assignment.limits()));
    for (byte[] hash : assignment.proof().path()) {
      frame.addTargetPath(UnsafeByteOperations.unsafeWrap(hash));
    }
    return ControllerFrame.newBuilder().setAssignment(frame).build();
  }

  static ControllerFrame cancel(AttemptRef ref) {
    return ControllerFrame.newBuilder()
        .setCancel(CancelAttempt.newBuilder().setRef(ref(ref)))
        .build();
  }

  static ControllerFrame resultAck(AttemptRef ref) {
    return ControllerFrame.newBuilder()
        .setResultAck(ResultAck.newBuilder().setRef(ref(ref)))
        .build();
  }

  static OutputAck outputAck(StreamId id, long offset) {
    return OutputAck.newBuilder()
        .setRef(ref(new AttemptRef(id.taskId(), id.attempt())))
        .setStream(OutputStream.forNumber(id.stream().code()))
        .setOffset(offset)
        .build();
  }

  static ControllerFrame heartbeat(long sequence) {
    return ControllerFrame.newBuilder()
        .setHeartbeat(Heartbeat.newBuilder().setSequence(sequence))
        .build();
  }

  static ControllerFrame drain(Duration reconnectAfter) {
    return ControllerFrame.newBuilder()
        .setDrain(Drain.newBuilder().setReconnectAfter(duration(reconnectAfter)))
        .build();
  }

  static com.google.protobuf.Duration duration(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
