package dev.hostler.agent.link;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hostler.proto.v1.ControllerFrame;

/** Any bytes as a frame of a controller: no frame, one that is dropped, or a good one. */
public final class ControllerFrameFuzz {
  private ControllerFrameFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    ControllerFrame frame;
    try {
      frame = ControllerFrame.parseFrom(input);
    } catch (InvalidProtocolBufferException e) {
      return; // gRPC closes the stream
    }
    try {
      switch (frame.getFrameCase()) {
        case WELCOME -> {
          FromWire.resume(frame.getWelcome());
          FromWire.duration(frame.getWelcome().getHeartbeatInterval());
        }
        case ASSIGNMENT -> FromWire.offer(frame.getAssignment());
        case TRUST -> FromWire.trust(frame.getTrust());
        case CANCEL -> FromWire.id(frame.getCancel().getRef());
        case OUTPUT_ACK -> {
          FromWire.id(frame.getOutputAck().getRef());
          FromWire.stream(frame.getOutputAck().getStream());
        }
        case RESULT_ACK -> FromWire.id(frame.getResultAck().getRef());
        case DRAIN -> FromWire.duration(frame.getDrain().getReconnectAfter());
        default -> {}
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      // what Session drops with a line in the log
    }
  }
}
