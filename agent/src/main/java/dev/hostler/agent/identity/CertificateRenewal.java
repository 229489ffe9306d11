package dev.hostler.agent.identity;

import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.RootSuccession;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.Backoff;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsIdentity;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews this host's certificate, with a new key each time, at a random moment around two thirds of
 * its life; after a failure again with growing, random pauses. Thread-safe.
 */
public final class CertificateRenewal implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CertificateRenewal.class);

  /** Around two thirds of the life: hosts that enrolled together do not renew together. */
  private static final double EARLIEST = 0.6;

  private static final double LATEST = 2 * 2.0 / 3 - EARLIEST;

  /** The wall clock may jump, and a suspended machine's timers do not run: look now and then. */
  private static final Duration LOOK = Duration.ofMinutes(1);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  private final CurrentIdentity identity;
  private final Renewer renewer;
  private final Runnable onRenewed;
  private final TimeSource time;
  private final RandomGenerator random;
  private final Thread thread;

  /**
   * Does nothing until it is started.
   *
   * @param onRenewed called after each renewal
   * @param random source of the jitter
   */
  public CertificateRenewal(
      CurrentIdentity identity,
      Renewer renewer,
      Runnable onRenewed,
      TimeSource time,
      RandomGenerator random) {
    this.identity = identity;
    this.renewer = renewer;
    this.onRenewed = onRenewed;
    this.time = time;
    this.random = random;
    this.thread = Thread.ofVirtual().name("renewal").unstarted(this::loop);
  }

  /** Starts to look after the certificate. Once. */
  public void start() {
    thread.start();
  }

  /** When a certificate is to be renewed: somewhere around two thirds of its life. */
  static Instant due(X509Certificate certificate, RandomGenerator random) {
    Instant from = certificate.getNotBefore().toInstant();
    Duration life = Duration.between(from, certificate.getNotAfter().toInstant());
    double share = EARLIEST + (LATEST - EARLIEST) * random.nextDouble();
    return from.plusMillis((long) (life.toMillis() * share));
  }

  private void loop() {
    try {
      while (true) {
        X509Certificate certificate = identity.get().tls().certificate();
        awaitDue(certificate, due(certificate, random));
        renew(certificate);
      }
    } catch (InterruptedException _) {
      log.debug("no longer renewing the certificate");
    }
  }

  /** Waits until the moment has come, or the certificate is another one. */
  private void awaitDue(X509Certificate certificate, Instant due) throws InterruptedException {
    while (isCurrent(certificate)) {
      Duration left = Duration.between(time.instant(), due);
      if (!left.isPositive()) {
        return;
      }
      time.sleep(left.compareTo(LOOK) < 0 ? left : LOOK);
    }
  }

  private boolean isCurrent(X509Certificate certificate) {
    return identity.get().tls().certificate().equals(certificate);
  }

  /** Tries until the certificate is another one. */
  private void renew(X509Certificate certificate) throws InterruptedException {
    Backoff pauses = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random);
    while (isCurrent(certificate)) {
      try {
        renewOnce(certificate);
        return;
      } catch (RenewalException e) {
        if (e.isFinal()) {
          log.error("the certificate of this host cannot be renewed: {}", e.getMessage());
        } else {
          log.warn("the certificate was not renewed, trying again: {}", e.getMessage());
        }
      } catch (IOException | RuntimeException e) {
        log.error("the certificate was not renewed, trying again", e);
      }
      time.sleep(pauses.next());
    }
  }

  /** Renews at a random moment within a span, on a thread of its own. */
  void renewWithin(Duration span) {
    X509Certificate certificate = identity.get().tls().certificate();
    Duration wait = Duration.ofMillis(random.nextLong(span.toMillis() + 1));
    log.info("the controller asks for a renewal of the certificate, in {} ms", wait.toMillis());
    Thread.ofVirtual()
        .name("renewal-asked-for")
        .start(() -> {
          try {
            time.sleep(wait);
            renew(certificate);
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private synchronized void renewOnce(X509Certificate certificate)
      throws RenewalException, IOException, InterruptedException {
    if (!isCurrent(certificate)) {
      return;
    }
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    Renewer.Renewed renewed = renewer.renew(request(pair));
    List<X509Certificate> roots;
    try {
      roots = renewed.roots().takenOver(identity.get().roots(), time.instant());
    } catch (SigningException e) {
      throw new RenewalException(
          false, "what the controller sent is not taken over: " + e.getMessage(), e);
    }
    check(renewed.chain().getFirst(), pair, roots);
    identity.replace(now ->
        new Identity(
            now.hostId(),
            new TlsIdentity(pair.getPrivate(), renewed.chain()),
            roots,
            now.controller()));
    log.info(
        "renewed the certificate, until {}", renewed.chain().getFirst().getNotAfter().toInstant());
    onRenewed.run();
  }

  private byte[] request(KeyPair pair) {
    try {
      return CertificateRequest.create(pair, identity.get().hostId());
    } catch (SigningException e) {
      throw new IllegalStateException("a P-256 key is not accepted", e);
    }
  }

  /** What does not work must not take the place of what does. */
  private static void check(X509Certificate newer, KeyPair pair, List<X509Certificate> roots)
      throws RenewalException {
    if (!newer.getPublicKey().equals(pair.getPublic())) {
      throw new RenewalException("the controller sent a certificate for another key");
    }
    if (roots.stream().noneMatch(root -> RootSuccession.isIssuedBy(newer, root))) {
      throw new RenewalException("the controller sent a certificate of another CA");
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
