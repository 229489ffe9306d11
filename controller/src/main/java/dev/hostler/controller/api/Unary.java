package dev.hostler.controller.api;

import com.google.protobuf.Timestamp;
import dev.hostler.controller.link.FailureStatus;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.function.Supplier;

/** What all methods with one answer have in common. */
final class Unary {
  private Unary() {}

  /** Answers, or tells why not. */
  static <A> void answer(StreamObserver<A> responses, Supplier<A> work) {
    A answer;
    try {
      answer = work.get();
    } catch (RuntimeException e) {
      responses.onError(FailureStatus.of(e).asRuntimeException());
      return;
    }
    responses.onNext(answer);
    responses.onCompleted();
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
