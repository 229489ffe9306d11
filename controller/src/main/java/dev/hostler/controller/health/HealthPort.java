package dev.hostler.controller.health;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.metric.NoopMeterRegistry;
import com.linecorp.armeria.server.Server;
import dev.hostler.common.config.HostPort;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/**
 * Plain HTTP: /metrics (Prometheus), /healthz/live (the program runs), /healthz and /healthz/ready
 * (it serves: 200, or 503 and why not). Says nothing secret, but bind it to loopback. Thread-safe.
 */
public final class HealthPort {
  private final Server server;

  private HealthPort(Server server) {
    this.server = server;
  }

  /**
   * Starts it.
   *
   * @param database does the database answer? May take a few seconds
   * @param serving false before all is started and while the controller drains
   * @throws IOException if the address cannot be listened on
   */
  public static HealthPort start(
      HostPort listen,
      PrometheusMeterRegistry metrics,
      BooleanSupplier database,
      BooleanSupplier serving)
      throws IOException {
    Server server =
        Server.builder()
            .http(new InetSocketAddress(listen.host(), listen.port()))
            .meterRegistry(NoopMeterRegistry.get())
            .requestTimeout(Duration.ofSeconds(20))
            .gracefulShutdownTimeout(Duration.ZERO, Duration.ofSeconds(1))
            .service(
                "/metrics",
                (_, _) ->
                    HttpResponse.of(HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, metrics.scrape()))
            .service("/healthz/live", (_, _) -> text(HttpStatus.OK, "live"))
            .service("/healthz", (context, _) -> ready(context, database, serving))
            .service("/healthz/ready", (context, _) -> ready(context, database, serving))
            .build();
    try {
      server.start().join();
    } catch (CompletionException e) {
      throw new IOException("cannot listen on " + listen + " (metrics.listen): " + e.getCause(), e);
    }
    return new HealthPort(server);
  }

  private static HttpResponse ready(
      com.linecorp.armeria.server.ServiceRequestContext context,
      BooleanSupplier database,
      BooleanSupplier serving) {
    return HttpResponse.of(
        () -> {
          if (!serving.getAsBoolean()) {
            return text(HttpStatus.SERVICE_UNAVAILABLE, "starting or stopping");
          }
          return database.getAsBoolean()
              ? text(HttpStatus.OK, "ready")
              : text(HttpStatus.SERVICE_UNAVAILABLE, "the database does not answer");
        },
        context.blockingTaskExecutor());
  }

  private static HttpResponse text(HttpStatus status, String text) {
    return HttpResponse.of(status, MediaType.PLAIN_TEXT_UTF_8, text + "\n");
  }

  /** The port that is listened on. */
  public int port() {
    return server.activeLocalPort();
  }

  /** Stops it. */
  public void close() {
    server.stop().join();
  }
}
