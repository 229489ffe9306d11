package dev.hostler.controller;

import dev.hostler.common.config.ConfigException;
import dev.hostler.common.config.ConfigReader;
import dev.hostler.common.lifecycle.Lifecycle;
import dev.hostler.common.lifecycle.StartException;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsContext;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.common.tls.TlsTrust;
import dev.hostler.controller.db.DatabaseAddress;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/** A whole controller in this JVM, on random ports. */
final class ControllerFixture implements AutoCloseable {
  final Path data;
  final Controller controller;
  private final Lifecycle lifecycle = new Lifecycle();

  /** On a database that is given. */
  ControllerFixture(Path data, DatabaseAddress database) throws ConfigException, StartException {
    this(
        data,
        "[database]\nurl = \"" + database.jdbcUrl() + "\"\nuser = \"" + database.user() + "\"\n",
        Map.of("HOSTLER_DATABASE_PASSWORD", database.password()));
  }

  ControllerFixture(Path data, String more, Map<String, String> environment)
      throws ConfigException, StartException {
    this.data = data;
    ControllerConfig config =
        ControllerConfig.read(
            ConfigReader.ofText("test", toml(data) + more, data.getParent(), environment));
    this.controller = Controller.start(config, lifecycle, TimeSource.system());
  }

  /** A configuration with random ports. */
  static String toml(Path data) {
    return "data_dir = \""
        + data
        + "\"\n[agent_port]\nlisten = \"127.0.0.1:0\"\n[operator_port]\nlisten = \"127.0.0.1:0\"\n"
        + "[metrics]\nlisten = \"127.0.0.1:0\"\n";
  }

  TlsIdentity admin() throws Exception {
    return TlsIdentity.read(data.resolve("operator/admin.crt"), data.resolve("operator/admin.key"));
  }

  List<X509Certificate> roots() throws Exception {
    return Pem.certificates(data.resolve("operator/ca.crt"));
  }

  /** A channel; {@code identity} null: without a client certificate. */
  ManagedChannel channel(int port, TlsIdentity identity) throws Exception {
    return channel(port, identity, roots());
  }

  static ManagedChannel channel(int port, TlsIdentity identity, List<X509Certificate> roots)
      throws Exception {
    SslContextBuilder tls =
        GrpcSslContexts.forClient()
            .protocols(TlsContext.PROTOCOL)
            .trustManager(TlsTrust.pinnedTo(roots, null));
    if (identity != null) {
      tls.keyManager(identity.keyManager());
    }
    return NettyChannelBuilder.forAddress("127.0.0.1", port).sslContext(tls.build()).build();
  }

  /** Asks the operator port for JSON as admin. */
  HttpResponse<String> json(String method, String path, String body) throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder()
            .sslContext(TlsContext.create(admin().keyManager(), TlsTrust.pinnedTo(roots(), null)))
            .build()) {
      HttpRequest.BodyPublisher publisher =
          body == null
              ? HttpRequest.BodyPublishers.noBody()
              : HttpRequest.BodyPublishers.ofString(body);
      return client.send(
          HttpRequest.newBuilder(
                  URI.create("https://127.0.0.1:" + controller.operatorPort() + path))
              .header("content-type", "application/json")
              .method(method, publisher)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /** Asks the metrics port. */
  static HttpResponse<String> plain(int port, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Override
  public void close() {
    lifecycle.stop();
  }
}
