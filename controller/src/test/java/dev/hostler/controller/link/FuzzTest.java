package dev.hostler.controller.link;

import com.google.protobuf.ByteString;
import dev.hostler.common.fuzz.Fuzzing;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AttemptEnded;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptRunning;
import dev.hostler.proto.v1.Hello;
import dev.hostler.proto.v1.HostFacts;
import dev.hostler.proto.v1.OutputChunk;
import java.util.List;
import org.junit.jupiter.api.Test;

class FuzzTest {
  private static final AttemptRef REF =
      AttemptRef.newBuilder()
          .setTaskId("0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
          .setAttempt(1)
          .build();

  @Test
  void agentFrames() {
    HostFacts facts = HostFacts.newBuilder().setHostname("h").addAddresses("10.0.0.1").build();
    List<AgentFrame> frames =
        List.of(
            AgentFrame.newBuilder()
                .setHello(Hello.newBuilder().setProtocolMax(1).setFacts(facts))
                .build(),
            AgentFrame.newBuilder().setFacts(facts).build(),
            AgentFrame.newBuilder().setRunning(AttemptRunning.newBuilder().setRef(REF)).build(),
            AgentFrame.newBuilder()
                .setOutput(
                    OutputChunk.newBuilder()
                        .setRef(REF)
                        .setStreamValue(1)
                        .setCodecValue(1)
                        .setLength(5)
                        .setData(ByteString.copyFromUtf8("hello")))
                .build(),
            AgentFrame.newBuilder()
                .setEnded(
                    AttemptEnded.newBuilder()
                        .setRef(REF)
                        .setResult(
                            dev.hostler.proto.v1.AttemptResult.newBuilder()
                                .setOutcomeValue(1)
                                .setMessage("m")))
                .build());
    Fuzzing.run(
        "agent-frame", AgentFrameFuzz.class, frames.stream().map(AgentFrame::toByteArray).toList());
  }
}
