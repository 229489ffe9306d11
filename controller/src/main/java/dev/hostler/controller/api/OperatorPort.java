package dev.hostler.controller.api;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.grpc.GrpcJsonMarshaller;
import com.linecorp.armeria.common.metric.NoopMeterRegistry;
import com.linecorp.armeria.common.util.BlockingTaskExecutor;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.HttpJsonTranscodingOptions;
import dev.hostler.common.config.HostPort;
import dev.hostler.common.tls.TlsContext;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Authenticator;
import dev.hostler.controller.audit.RefusalListener;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.link.FailureStatus;
import dev.hostler.controller.link.HandshakeWatch;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Where operators connect: gRPC, gRPC with reflection, and the same services as JSON under /v1,
 * over TLS 1.3 with a client certificate. Thread-safe.
 */
public final class OperatorPort {
  private static final int MAX_MESSAGE_BYTES = 24 << 20;
  private static final int BLOCKING_CALLS = 256;
  private static final Duration UNARY_TIMEOUT = Duration.ofSeconds(60);

  // A field that does not exist is a mistake of the caller, not to be passed over.
  private static final GrpcJsonMarshaller JSON =
      GrpcJsonMarshaller.builderForGson()
          .jsonParserCustomizer(
              (Function<JsonFormat.Parser, JsonFormat.Parser>) _ -> JsonFormat.parser())
          .build();

  private final Server server;
  private final ScheduledThreadPoolExecutor blocking;

  private OperatorPort(Server server, ScheduledThreadPoolExecutor blocking) {
    this.server = server;
    this.blocking = blocking;
  }

  /**
   * Starts it.
   *
   * @param identity the controller's own, asked for at each handshake
   * @param trust of clients' certificates
   * @param authenticator says who calls
   * @param policy says who may do what
   * @param refusals told of who was turned down
   * @throws IllegalStateException if a method has no rule in {@link MethodRules}
   * @throws IOException if the address cannot be listened on
   */
  public static OperatorPort start(
      HostPort listen,
      Supplier<TlsIdentity> identity,
      OperatorTrust trust,
      Authenticator authenticator,
      AccessPolicy policy,
      RefusalListener refusals,
      List<ServerInterceptor> interceptors,
      List<BindableService> services)
      throws IOException {
    MethodRules.requireAll(services);
    GrpcService grpc =
        grpc(new AccessInterceptor(trust, authenticator, policy, refusals), interceptors, services);
    // Virtual threads: calls wait for the database.
    ScheduledThreadPoolExecutor blocking =
        new ScheduledThreadPoolExecutor(
            BLOCKING_CALLS, Thread.ofVirtual().name("operator-", 0).factory());
    TlsIdentity first = identity.get();
    ServerBuilder builder =
        Server.builder()
            .https(new InetSocketAddress(listen.host(), listen.port()))
            .tls(TlsKeyPair.of(first.key(), first.chain()))
            .tlsCustomizer(tls ->
                tls.keyManager(TlsIdentity.keyManager(identity))
                    .protocols(TlsContext.PROTOCOL)
                    .clientAuth(ClientAuth.REQUIRE)
                    .trustManager(trust.manager()))
            .childChannelPipelineCustomizer(pipeline ->
                HandshakeWatch.add(
                    pipeline,
                    (from, reason) ->
                        refusals.connectionRefused(
                            "", "operator.connect", "address:" + from, reason)))
            .requestTimeout(UNARY_TIMEOUT)
            .maxRequestLength(MAX_MESSAGE_BYTES)
            .idleTimeout(Duration.ofMinutes(5), true)
            .blockingTaskExecutor(BlockingTaskExecutor.of(blocking), false)
            .gracefulShutdownTimeout(Duration.ofMillis(100), Duration.ofSeconds(5))
            .errorHandler(new JsonErrors())
            .unloggedExceptionsReportInterval(Duration.ZERO) // each failure is logged where it is
            .meterRegistry(NoopMeterRegistry.get()) // calls are counted by the interceptors
            .service(grpc, unlimitedStreams(services));
    Server server = builder.build();
    try {
      server.start().join();
    } catch (CompletionException e) {
      blocking.shutdown();
      throw new IOException(
          "cannot listen on " + listen + " (operator_port.listen): " + e.getCause(), e);
    }
    return new OperatorPort(server, blocking);
  }

  private static GrpcService grpc(
      AccessInterceptor access,
      List<ServerInterceptor> interceptors,
      List<BindableService> services) {
    return GrpcService.builder()
        .addServices(services)
        .addService(ProtoReflectionServiceV1.newInstance())
        .enableHealthCheckService(true)
        .enableHttpJsonTranscoding(
            HttpJsonTranscodingOptions.builder().errorHandler(new JsonErrors()).build())
        // The interceptor that is added last is called first.
        .intercept(access)
        .intercept(interceptors)
        .exceptionHandler((_, status, cause, _) -> failure(status, cause))
        .jsonMarshallerFactory(_ -> JSON)
        .maxRequestMessageLength(MAX_MESSAGE_BYTES)
        .useBlockingTaskExecutor(true)
        .build();
  }

  /** What services threw, or what did not get as far as a service. */
  private static Status failure(Status status, Throwable cause) {
    if (cause instanceof InvalidProtocolBufferException) {
      return Status.INVALID_ARGUMENT.withDescription(
          "the request is not what its method takes: " + cause.getMessage());
    }
    return cause instanceof RequestException || status.getCode() == Status.Code.UNKNOWN
        ? FailureStatus.of(cause)
        : status;
  }

  /** A stream of messages may be longer than one message and go on for days. */
  private static Function<? super HttpService, HttpService> unlimitedStreams(
      List<BindableService> services) {
    Set<String> paths = new HashSet<>();
    services.stream()
        .flatMap(service -> service.bindService().getMethods().stream())
        .map(method -> method.getMethodDescriptor())
        .filter(method -> method.getType() != MethodDescriptor.MethodType.UNARY)
        .map(MethodDescriptor::getFullMethodName)
        .forEach(name -> paths.add("/" + name));
    return service ->
        service.decorate((delegate, request, body) -> {
          if (paths.contains(request.path())) {
            request.setMaxRequestLength(0);
            request.clearRequestTimeout();
          }
          return delegate.serve(request, body);
        });
  }

  /** The port that is listened on. */
  public int port() {
    return server.activeLocalPort();
  }

  /** Ends what is open after a few seconds. */
  public void close() {
    server.stop().join();
    blocking.shutdown();
  }
}
