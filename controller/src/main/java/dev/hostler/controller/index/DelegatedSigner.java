package dev.hostler.controller.index;

import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.index.IndexException;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.index.TrustIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs the index on the controller, with a key that somebody delegated to it: at once when
 * something was pushed or revoked, and at half of an index's life. The key's files are read each
 * time, so that they can be replaced while the controller runs. Thread-safe.
 */
public final class DelegatedSigner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DelegatedSigner.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(10);

  private static final int TRIES = 5;

  private final IndexService indexes;
  private final Path certificate;
  private final Path key;
  private final Duration life;
  private final TimeSource time;
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;

  /**
   * Not running yet.
   *
   * @param life how long an index counts
   */
  public DelegatedSigner(
      IndexService indexes, Path certificate, Path key, Duration life, TimeSource time) {
    this.indexes = indexes;
    this.certificate = certificate;
    this.key = key;
    this.life = life;
    this.time = time;
    this.thread = Thread.ofPlatform().name("index-signer").daemon().unstarted(this::run);
  }

  /**
   * Begins to sign.
   *
   * @throws IOException if the key cannot be read
   * @throws SigningException if it is not a key with its certificate
   */
  public void start() throws IOException, SigningException {
    SigningKeys.read(certificate, key);
    thread.start();
  }

  /**
   * Something may have changed: when this returns, an index that says so is in force, unless it
   * could not be signed. So whoever pushed a bundle can use it at once.
   */
  public void signNow() {
    try {
      signIfNeeded();
    } catch (IndexException e) {
      LOG.error("cannot sign the index ({}): {}", e.reason(), e.getMessage());
    } catch (IOException | SigningException | RuntimeException e) {
      LOG.warn("the index was not signed, trying again: {}", e.toString());
    }
  }

  private void run() {
    try {
      while (true) {
        signNow();
        if (wake.tryAcquire(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          wake.drainPermits();
        }
      }
    } catch (InterruptedException _) {
      LOG.debug("no longer signing the index");
    }
  }

  /**
   * Signs and pushes an index if the one in force does not say what is so now, or is getting old.
   */
  synchronized void signIfNeeded() throws IndexException, IOException, SigningException {
    for (int tries = 0; tries < TRIES; tries++) {
      TrustIndex draft = indexes.draft(life);
      StoredIndex current = indexes.current();
      if (current != null && !isOld(current.index()) && saysTheSame(current.index(), draft)) {
        return;
      }
      Instant now = time.instant();
      try {
        indexes.push(
            SignedIndex.sign(draft, SigningKeys.read(certificate, key), now), Actor.SYSTEM);
        return;
      } catch (RequestException e) {
        // Another controller was faster, or something was revoked in between: look again at once.
        LOG.info("the index was not pushed: {}", e.getMessage());
        indexes.refresh();
      }
    }
    wake.release();
  }

  private boolean isOld(TrustIndex index) {
    Duration whole = Duration.between(index.issued(), index.expires());
    Duration half = whole.compareTo(life) < 0 ? whole.dividedBy(2) : life.dividedBy(2);
    return !time.instant().isBefore(index.issued().plus(half));
  }

  private static boolean saysTheSame(TrustIndex one, TrustIndex other) {
    return one.bundles().equals(other.bundles()) && one.revoked().equals(other.revoked());
  }

  /** Stops signing. Idempotent. */
  @Override
  public void close() {
    thread.interrupt();
  }
}
