package dev.hostler.controller.revocation;

import dev.hostler.common.signing.RevocationLists;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings revocation lists to where hosts can be told of them: hosts need no way out. Nothing is
 * believed here; hosts check the signatures. A source that fails keeps its last list. Thread-safe.
 */
public final class ListFetcher extends PeriodicFetch {
  private static final Logger LOG = LoggerFactory.getLogger(ListFetcher.class);

  private final RevocationConfig config;
  private final Map<String, X509CRL> bySource = new LinkedHashMap<>();
  private volatile List<X509CRL> current = List.of();

  /** Not running yet. */
  public ListFetcher(RevocationConfig config, TimeSource time) {
    super("crl", config.refresh(), time);
    this.config = config;
  }

  /** The last good list of each source. */
  public List<X509CRL> current() {
    return current;
  }

  @Override
  boolean isIdle() {
    return config.lists().isEmpty();
  }

  @Override
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
      changed();
    }
  }

  private byte[] read(String source) throws IOException, InterruptedException {
    if (!RevocationConfig.isWeb(source)) {
      try (InputStream in = Files.newInputStream(Path.of(source))) {
        return in.readNBytes(RevocationLists.MAX_BYTES + 1);
      }
    }
    return ask(HttpRequest.newBuilder(URI.create(source)), RevocationLists.MAX_BYTES);
  }
}
