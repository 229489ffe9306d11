package dev.hostler.controller.link;

import dev.hostler.common.config.HostPort;
import dev.hostler.common.tls.TlsContext;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.common.tls.TlsTrust;
import dev.hostler.controller.audit.RefusalListener;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.trust.KeyPurpose;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Where agents connect: gRPC over TLS 1.3. A client certificate may be missing, for enrolment; one
 * that is presented must be an agent's of this fleet. Thread-safe.
 */
public final class AgentPort {
  private static final int MAX_MESSAGE_BYTES = 4 << 20;
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int DRAIN_SECONDS = 5;

  /** At a time; each takes one or two milliseconds of a CPU and two round trips. */
  private static final int HANDSHAKES = 256;

  private final Server server;
  private final ExecutorService executor;
  private final HandshakeLimit handshakes;

  private AgentPort(Server server, ExecutorService executor, HandshakeLimit handshakes) {
    this.server = server;
    this.executor = executor;
    this.handshakes = handshakes;
  }

  /**
   * Starts it.
   *
   * @param identity the controller's own, asked for at each handshake
   * @param ca the fleet CA
   * @param grace for how long after its end a certificate may be renewed
   * @param refusals told of who was turned down
   * @param services AgentLink, Enrollment
   * @throws IOException if the address cannot be listened on
   */
  public static AgentPort start(
      HostPort listen,
      Supplier<TlsIdentity> identity,
      FleetCa ca,
      Duration grace,
      InstantSource clock,
      HostService hosts,
      RefusalListener refusals,
      List<ServerInterceptor> interceptors,
      List<BindableService> services)
      throws IOException {
    SslContext tls =
        GrpcSslContexts.configure(
                SslContextBuilder.forServer(TlsIdentity.keyManager(identity)),
                OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
            .protocols(TlsContext.PROTOCOL)
            .clientAuth(ClientAuth.OPTIONAL)
            .trustManager(TlsTrust.ofClients(ca::roots, KeyPurpose.AGENT.oid(), grace, clock))
            .build();
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    HandshakeLimit handshakes =
        new HandshakeLimit(
            HANDSHAKES,
            (from, reason) ->
                refusals.connectionRefused("", "host.connect", "address:" + from, reason));
    NettyServerBuilder builder =
        handshakes
            .limit(
                NettyServerBuilder.forAddress(new InetSocketAddress(listen.host(), listen.port())))
            .sslContext(tls)
            .executor(executor)
            .handshakeTimeout(10, TimeUnit.SECONDS)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .flowControlWindow(WINDOW_BYTES)
            // Agents beat every few seconds by a frame of their own; this finds dead tunnels.
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConcurrentCallsPerConnection(32);
    // The interceptor that is added last is called first.
    builder.intercept(new AgentAuthentication(hosts, ca, refusals, clock));
    interceptors.forEach(builder::intercept);
    services.forEach(builder::addService);
    try {
      return new AgentPort(builder.build().start(), executor, handshakes);
    } catch (IOException e) {
      executor.shutdown();
      handshakes.close();
      throw new IOException(
          "cannot listen on " + listen + " (agent_port.listen): " + rootMessage(e), e);
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable cause = e.getCause();
    return cause == null ? String.valueOf(e.getMessage()) : rootMessage(cause);
  }

  /** The port that is listened on. */
  public int port() {
    return server.getPort();
  }

  /** Accepts no more connections and calls, and tells agents by GOAWAY. */
  public void drain() {
    server.shutdown();
  }

  /** Ends what is still open after a few seconds. */
  public void close() throws InterruptedException {
    server.shutdown();
    if (!server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
      server.shutdownNow().awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS);
    }
    executor.shutdown();
    handshakes.close();
  }
}
