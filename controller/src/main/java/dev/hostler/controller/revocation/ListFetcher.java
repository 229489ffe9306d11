package dev.hostler.controller.revocation;

import dev.hostler.common.signing.RevocationLists;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings revocation lists to where hosts can be told of them: hosts need no way out. Nothing is
 * believed here; hosts check the signatures. A source that fails keeps its last list. Thread-safe.
 */
public final class ListFetcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ListFetcher.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final RevocationConfig config;
  private final TimeSource time;
  private final HttpClient http;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Map<String, X509CRL> bySource = new LinkedHashMap<>();
  private final Thread thread = Thread.ofPlatform().name("crl").daemon().unstarted(this::run);
  private volatile List<X509CRL> current = List.of();

  /** Not running yet. */
  public ListFetcher(RevocationConfig config, TimeSource time) {
    this.config = config;
    this.time = time;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
  }

  /** Called after lists have changed. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** The last good list of each source. */
  public List<X509CRL> current() {
    return current;
  }

  /** Begins to fetch; does nothing without sources. */
  public void start() {
    if (!config.lists().isEmpty()) {
      thread.start();
    }
  }

  private void run() {
    try {
      while (true) {
        fetch();
        time.sleep(config.refresh());
      }
    } catch (InterruptedException _) {
      LOG.debug("no longer fetching revocation lists");
    }
  }

  /** Looks at each source once. */
  void fetch() throws InterruptedException {
    for (String source : config.lists()) {
      try {
        bySource.put(source, RevocationLists.read(read(source), source));
      } catch (IOException | SigningException | RuntimeException e) {
        LOG.warn("no revocation list from {}, the last one is kept: {}", source, e.toString());
      }
    }
    List<X509CRL> now = List.copyOf(bySource.values());
    if (!now.equals(current)) {
      current = now;
      listeners.forEach(Runnable::run);
    }
  }

  private byte[] read(String source) throws IOException, InterruptedException {
    if (!RevocationConfig.isWeb(source)) {
      try (InputStream in = Files.newInputStream(Path.of(source))) {
        return in.readNBytes(RevocationLists.MAX_BYTES + 1);
      }
    }
    HttpResponse<InputStream> response =
        http.send(
            HttpRequest.newBuilder(URI.create(source)).timeout(PATIENCE).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw new IOException("the server answers " + response.statusCode());
      }
      return body.readNBytes(RevocationLists.MAX_BYTES + 1);
    }
  }

  /** Stops fetching. Idempotent. */
  @Override
  public void close() {
    thread.interrupt();
    http.shutdownNow();
  }
}
