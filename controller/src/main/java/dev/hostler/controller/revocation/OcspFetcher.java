package dev.hostler.controller.revocation;

import dev.hostler.common.signing.OcspAnswer;
import dev.hostler.common.signing.OcspQuestion;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks OCSP responders after certificates, each time with a new nonce, so that hosts can be told:
 * they need no way out. An answer is passed on only if it is signed by the issuer or a responder
 * that it named; hosts check that again. A responder that fails keeps its last answer. Thread-safe.
 */
public final class OcspFetcher extends PeriodicFetch {
  private static final Logger LOG = LoggerFactory.getLogger(OcspFetcher.class);
  private static final Duration MAX_AGE = Duration.ofDays(7);

  private final RevocationConfig config;
  private final TimeSource time;
  private final Map<Path, byte[]> byFile = new LinkedHashMap<>();
  private volatile List<byte[]> current = List.of();

  /** Not running yet. */
  public OcspFetcher(RevocationConfig config, TimeSource time) {
    super("ocsp", config.refresh(), time);
    this.config = config;
    this.time = time;
  }

  /** The last good answer about each certificate, DER; another list whenever one has come. */
  public List<byte[]> current() {
    return current;
  }

  @Override
  boolean isIdle() {
    return config.ocsp().isEmpty();
  }

  @Override
  void fetch() throws InterruptedException {
    boolean changed = false;
    for (Path file : config.ocsp()) {
      try {
        byFile.put(file, ask(file));
        changed = true;
      } catch (IOException | SigningException | RuntimeException e) {
        LOG.warn("no OCSP answer about {}, the last one is kept: {}", file, e.toString());
      }
    }
    if (changed) {
      current = List.copyOf(byFile.values());
      changed();
    }
  }

  private byte[] ask(Path file) throws IOException, SigningException, InterruptedException {
    List<X509Certificate> chain = Pem.certificates(file);
    if (chain.size() < 2) {
      throw new IOException("it must hold the certificate and, after it, its issuer's");
    }
    X509Certificate certificate = chain.get(0);
    X509Certificate issuer = chain.get(1);
    URI responder =
        OcspQuestion.responder(certificate)
            .orElseThrow(() -> new IOException("the certificate names no OCSP responder"));
    OcspQuestion question = new OcspQuestion(certificate, issuer);
    byte[] body =
        ask(
            HttpRequest.newBuilder(responder)
                .header("content-type", "application/ocsp-request")
                .POST(HttpRequest.BodyPublishers.ofByteArray(question.encoded())),
            OcspAnswer.MAX_BYTES);
    OcspAnswer answer = question.answer(body, responder.toString());
    if (answer.check(certificate, issuer, time.instant(), MAX_AGE) == OcspAnswer.State.NOTHING) {
      throw new IOException("what " + responder + " answers does not count");
    }
    return answer.encoded();
  }
}
