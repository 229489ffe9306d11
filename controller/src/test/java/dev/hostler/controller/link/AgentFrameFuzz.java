package dev.hostler.controller.link;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hostler.proto.v1.AgentFrame;

/** Any bytes as a frame of an agent: no frame, one that is named as malformed, or a good one. */
public final class AgentFrameFuzz {
  private AgentFrameFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    AgentFrame frame;
    try {
      frame = AgentFrame.parseFrom(input);
    } catch (InvalidProtocolBufferException e) {
      return; // gRPC closes the stream
    }
    try {
      switch (frame.getFrameCase()) {
        case HELLO -> {
          FromAgent.held(frame.getHello().getAttemptsList());
          FactsMapping.fromProto(frame.getHello().getFacts());
        }
        case ACCEPTED -> FromAgent.ref("accepted", frame.getAccepted().getRef());
        case RUNNING -> FromAgent.ref("running", frame.getRunning().getRef());
        case OUTPUT -> FromAgent.chunk(frame.getOutput());
        case ENDED -> {
          FromAgent.ref("ended", frame.getEnded().getRef());
          FromAgent.result(frame.getEnded().getResult());
        }
        case FACTS -> FactsMapping.fromProto(frame.getFacts());
        default -> {}
      }
    } catch (MalformedFrameException e) {
      if (e.getMessage() == null || e.getMessage().length() > 20_000) {
        throw new IllegalStateException("a message that is none, or without end", e);
      }
    }
  }
}
