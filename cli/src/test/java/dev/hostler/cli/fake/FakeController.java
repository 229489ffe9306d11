package dev.hostler.cli.fake;

import com.google.protobuf.Message;
import dev.hostler.proto.v1.Host;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.ListHostsResponse;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An operator port on loopback: real TLS 1.3 with client certificates, methods by script. A method
 * without a script is unknown. Handlers may block: each call has a thread.
 */
public final class FakeController implements AutoCloseable {
  private final TestFleet fleet;
  private final Map<String, ServerMethodDefinition<?, ?>> methods = new ConcurrentHashMap<>();
  private final List<Message> requests = new CopyOnWriteArrayList<>();
  private final int port;
  private Server server;

  /** Starts on a free port; finds any host by name, and two hosts by any selector. */
  public FakeController(TestFleet fleet) {
    this.fleet = fleet;
    this.server = start(0);
    this.port = server.getPort();
    answer(
        HostServiceGrpc.getGetHostMethod(),
        request ->
            Host.newBuilder().setId("id-" + request.getHost()).setName(request.getHost()).build());
    answer(
        HostServiceGrpc.getListHostsMethod(),
        _ ->
            ListHostsResponse.newBuilder()
                .addHosts(Host.newBuilder().setId("id-a").setName("a"))
                .addHosts(Host.newBuilder().setId("id-b").setName("b"))
                .build());
  }

  /** Scripts a unary method; a {@link StatusRuntimeException} is the answer too. */
  public <Q, A> FakeController answer(MethodDescriptor<Q, A> method, Function<Q, A> script) {
    return stream(
        method,
        (request, answers) -> {
          answers.onNext(script.apply(request));
          answers.onCompleted();
        });
  }

  /** Scripts a method by what it sends. */
  public <Q, A> FakeController stream(
      MethodDescriptor<Q, A> method, BiConsumer<Q, StreamObserver<A>> script) {
    methods.put(
        method.getFullMethodName(),
        ServerMethodDefinition.create(
            method,
            method.getType() == MethodDescriptor.MethodType.UNARY
                ? ServerCalls.asyncUnaryCall((request, answers) -> play(script, request, answers))
                : ServerCalls.asyncServerStreamingCall(
                    (request, answers) -> play(script, request, answers))));
    return this;
  }

  private <Q, A> void play(
      BiConsumer<Q, StreamObserver<A>> script, Q request, StreamObserver<A> answers) {
    requests.add((Message) request);
    try {
      script.accept(request, answers);
    } catch (StatusRuntimeException e) {
      answers.onError(e);
    }
  }

  /** Scripts a method with a stream of requests by all of them. */
  public <Q, A> FakeController upload(MethodDescriptor<Q, A> method, Function<List<Q>, A> script) {
    methods.put(
        method.getFullMethodName(),
        ServerMethodDefinition.create(
            method,
            ServerCalls.asyncClientStreamingCall(answers ->
                new StreamObserver<>() {
                  private final List<Q> all = new ArrayList<>();

                  @Override
                  public void onNext(Q request) {
                    all.add(request);
                  }

                  @Override
                  public void onError(Throwable t) {}

                  @Override
                  public void onCompleted() {
                    try {
                      answers.onNext(script.apply(all));
                      answers.onCompleted();
                    } catch (StatusRuntimeException e) {
                      answers.onError(e);
                    }
                  }
                })));
    return this;
  }

  /** All requests of a type, in the order in which they came. */
  public <Q extends Message> List<Q> requests(Class<Q> type) {
    return requests.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private Server start(int wanted) {
    try {
      return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", wanted))
          .permitKeepAliveTime(1, TimeUnit.SECONDS)
          .fallbackHandlerRegistry(
              new HandlerRegistry() {
                @Override
                public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
                    String name, @Nullable String authority) {
                  return methods.get(name);
                }
              })
          .sslContext(
              GrpcSslContexts.configure(
                      SslContextBuilder.forServer(
                          fleet.file("controller.crt").toFile(),
                          fleet.file("controller.key").toFile()),
                      SslProvider.JDK)
                  .protocols("TLSv1.3")
                  .clientAuth(ClientAuth.REQUIRE)
                  .trustManager(fleet.file("ca.crt").toFile())
                  .build())
          .build()
          .start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** "127.0.0.1:PORT". */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** What an operator of the fleet has in the environment. */
  public Map<String, String> environment() {
    return Map.of(
        "HOSTLER_CONTROLLER", address(),
        "HOSTLER_CA", fleet.file("ca.crt").toString(),
        "HOSTLER_CERT", fleet.file("admin.crt").toString(),
        "HOSTLER_KEY", fleet.file("admin.key").toString());
  }

  /** Breaks all connections and stops listening, as a killed controller does. */
  public void kill() {
    server.shutdownNow();
    try {
      if (!server.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the server does not end");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Listens again on the same port. */
  public void restart() {
    server = start(port);
  }

  /** A refusal. */
  public static StatusRuntimeException refuse(Status status, String message) {
    return status.withDescription(message).asRuntimeException();
  }

  @Override
  public void close() {
    kill();
  }
}
