package dev.hostler.controller.revocation;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at sources again and again, in a thread of its own, and tells who listens. Thread-safe. */
abstract class PeriodicFetch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeriodicFetch.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Duration every;
  private final TimeSource time;
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(PATIENCE)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread;

  PeriodicFetch(String name, Duration every, TimeSource time) {
    this.every = every;
    this.time = time;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  /** Are there no sources to look at? */
  abstract boolean isIdle();

  /** Looks at each source once. */
  abstract void fetch() throws InterruptedException;

  /** Called after something new has come. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  void changed() {
    listeners.forEach(Runnable::run);
  }

  /** Begins; does nothing without sources. */
  public void start() {
    if (!isIdle()) {
      thread.start();
    }
  }

  private void run() {
    try {
      while (true) {
        fetch();
        time.sleep(every);
      }
    } catch (InterruptedException _) {
      LOG.debug("{} ends", thread.getName());
    }
  }

  /**
   * What a server answers.
   *
   * @param most bytes; one more is returned if there are more
   * @throws IOException if there is no answer, or not a good one
   */
  byte[] ask(HttpRequest.Builder request, int most) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw new IOException(response.uri() + " answers " + response.statusCode());
      }
      return body.readNBytes(most + 1);
    }
  }

  /** Ends. Idempotent. */
  @Override
  public void close() {
    thread.interrupt();
    http.shutdownNow();
  }
}
