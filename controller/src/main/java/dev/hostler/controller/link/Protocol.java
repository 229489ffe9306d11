package dev.hostler.controller.link;

import dev.hostler.proto.v1.Hello;
import io.grpc.Status;
import java.util.Optional;

/** The versions of the agent protocol. Stateless. */
final class Protocol {
  /** The only one so far. */
  static final int VERSION = 1;

  private Protocol() {}

  /** Why an agent that says this cannot be served; empty if it can. */
  static Optional<Status> refusal(Hello hello) {
    if (Integer.compareUnsigned(hello.getProtocolMax(), VERSION) < 0) {
      return Optional.of(refuse(hello, "too old", "update the agent"));
    }
    if (Integer.compareUnsigned(hello.getProtocolMin(), VERSION) > 0) {
      return Optional.of(refuse(hello, "too new", "update the controller"));
    }
    return Optional.empty();
  }

  private static Status refuse(Hello hello, String what, String fix) {
    return Status.FAILED_PRECONDITION.withDescription(
        "hello.protocol_min, protocol_max: agent %s speaks %s to %s, which is %s; this controller speaks %d: %s"
            .formatted(
                FromAgent.text(hello.getAgentVersion()),
                Integer.toUnsignedString(hello.getProtocolMin()),
                Integer.toUnsignedString(hello.getProtocolMax()),
                what,
                VERSION,
                fix));
  }
}
