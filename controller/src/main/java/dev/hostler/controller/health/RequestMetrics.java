package dev.hostler.controller.health;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Counts and times the calls of a port. Thread-safe. */
public final class RequestMetrics implements ServerInterceptor {
  private final MeterRegistry registry;
  private final String port;

  /**
   * For one port.
   *
   * @param port "agent" or "operator"
   */
  public RequestMetrics(MeterRegistry registry, String port) {
    this.registry = registry;
    this.port = port;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Timer.Sample sample = Timer.start(registry);
    String method = call.getMethodDescriptor().getFullMethodName();
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            sample.stop(
                Timer.builder("hostler.requests")
                    .description("Calls that ended, by method and status")
                    .tags("port", port, "method", method, "code", status.getCode().name())
                    .register(registry));
            super.close(status, trailers);
          }
        },
        headers);
  }
}
