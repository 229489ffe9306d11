package dev.hostler.cli.fake;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** An operator port on loopback: real TLS 1.3 with client certificates, services by script. */
public final class FakeController implements AutoCloseable {
  private final TestFleet fleet;
  private final BindableService[] services;
  private final int port;
  private Server server;

  /** Starts on a free port. */
  public FakeController(TestFleet fleet, BindableService... services) {
    this.fleet = fleet;
    this.services = services;
    this.server = start(0);
    this.port = server.getPort();
  }

  private Server start(int wanted) {
    try {
      NettyServerBuilder builder =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", wanted))
              .permitKeepAliveTime(1, TimeUnit.SECONDS)
              .sslContext(
                  GrpcSslContexts.configure(
                          SslContextBuilder.forServer(
                              fleet.file("controller.crt").toFile(),
                              fleet.file("controller.key").toFile()),
                          SslProvider.JDK)
                      .protocols("TLSv1.3")
                      .clientAuth(ClientAuth.REQUIRE)
                      .trustManager(fleet.file("ca.crt").toFile())
                      .build());
      for (BindableService service : services) {
        builder.addService(service);
      }
      return builder.build().start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** "127.0.0.1:PORT". */
  public String address() {
    return "127.0.0.1:" + port;
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

  @Override
  public void close() {
    kill();
  }
}
