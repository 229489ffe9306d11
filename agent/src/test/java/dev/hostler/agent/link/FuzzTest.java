package dev.hostler.agent.link;

import com.google.protobuf.ByteString;
import dev.hostler.common.fuzz.Fuzzing;
import dev.hostler.proto.v1.Assignment;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.CancelAttempt;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.Drain;
import dev.hostler.proto.v1.OutputAck;
import dev.hostler.proto.v1.SignedJob;
import dev.hostler.proto.v1.Welcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class FuzzTest {
  private static final AttemptRef REF =
      AttemptRef.newBuilder()
          .setTaskId("0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
          .setAttempt(1)
          .build();

  @Test
  void controllerFrames() {
    OutputAck ack = OutputAck.newBuilder().setRef(REF).setStreamValue(1).setOffset(7).build();
    List<ControllerFrame> frames =
        List.of(
            ControllerFrame.newBuilder()
                .setWelcome(
                    Welcome.newBuilder()
                        .setProtocol(1)
                        .setOutputWindowBytes(1 << 20)
                        .addOutputOffsets(ack)
                        .addUnknown(REF))
                .build(),
            ControllerFrame.newBuilder()
                .setAssignment(
                    Assignment.newBuilder()
                        .setRef(REF)
                        .setJobId("j")
                        .setJob(
                            SignedJob.newBuilder()
                                .setStatement(ByteString.copyFromUtf8("{}"))
                                .setSignature(ByteString.copyFromUtf8("s")))
                        .setTargetCount(3)
                        .addTargetPath(ByteString.copyFrom(new byte[32])))
                .build(),
            ControllerFrame.newBuilder().setCancel(CancelAttempt.newBuilder().setRef(REF)).build(),
            ControllerFrame.newBuilder().setOutputAck(ack).build(),
            ControllerFrame.newBuilder().setDrain(Drain.getDefaultInstance()).build());
    Fuzzing.run(
        "controller-frame",
        ControllerFrameFuzz.class,
        frames.stream().map(ControllerFrame::toByteArray).toList());
  }
}
