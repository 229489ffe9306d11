package dev.hostler.controller.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.OcspAnswer;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.TestResponder;
import dev.hostler.common.time.TimeSource;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asking a real responder over HTTP. */
class OcspFetcherTest {
  private static final TimeSource TIME = TimeSource.system();

  @TempDir Path folder;
  private final Instant now = TIME.instant();
  private final CertificateAuthority ca =
      CertificateAuthority.create(
          "ca", KeyAlgorithm.EC_P256, now.minusSeconds(60), now.plusSeconds(3600));
  private volatile boolean revoked;
  private volatile boolean nonce = true;
  private volatile int status = 200;
  private HttpServer server;
  private X509Certificate certificate;
  private OcspFetcher fetcher;
  private final AtomicInteger heard = new AtomicInteger();

  @BeforeEach
  void start() throws Exception {
    TestResponder responder = new TestResponder(ca.key(), ca.certificate());
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/ocsp",
        exchange -> {
          try (exchange) {
            byte[] answer =
                responder.answer(
                    exchange.getRequestBody().readAllBytes(),
                    revoked,
                    nonce,
                    TIME.instant(),
                    TIME.instant().plusSeconds(600));
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    server.start();
    certificate = issued("http://127.0.0.1:" + server.getAddress().getPort() + "/ocsp");
    Path file = folder.resolve("signer.pem");
    Files.writeString(file, Pem.encode(List.of(certificate, ca.certificate())));
    fetcher =
        new OcspFetcher(
            new RevocationConfig(List.of(), List.of(file), Duration.ofMinutes(1)), TIME);
    fetcher.onChange(heard::incrementAndGet);
  }

  @AfterEach
  void stop() {
    fetcher.close();
    server.stop(0);
  }

  private X509Certificate issued(String responder) throws Exception {
    var builder =
        new JcaX509v3CertificateBuilder(
            ca.certificate().getSubjectX500Principal(),
            BigInteger.valueOf(4711),
            Date.from(now.minusSeconds(60)),
            Date.from(now.plusSeconds(3600)),
            new X500Principal("CN=signer"),
            KeyAlgorithm.EC_P256.generate().getPublic());
    builder.addExtension(
        Extension.authorityInfoAccess,
        false,
        new AuthorityInformationAccess(
            AccessDescription.id_ad_ocsp,
            new GeneralName(GeneralName.uniformResourceIdentifier, responder)));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(ca.key())));
  }

  private OcspAnswer.State state() throws Exception {
    return OcspAnswer.read(fetcher.current().getFirst(), "answer")
        .check(certificate, ca.certificate(), TIME.instant(), Duration.ofDays(1));
  }

  @Test
  void answersArePassedOn() throws Exception {
    fetcher.fetch();
    assertThat(state()).isEqualTo(OcspAnswer.State.GOOD);
    revoked = true;
    fetcher.fetch();
    assertThat(state()).isEqualTo(OcspAnswer.State.REVOKED);
    assertThat(heard).hasValue(2);
  }

  @Test
  void anAnswerThatDoesNotCountLeavesTheLastOne() throws Exception {
    nonce = false;
    fetcher.fetch();
    assertThat(fetcher.current()).isEmpty();
    nonce = true;
    fetcher.fetch();
    List<byte[]> good = fetcher.current();
    assertThat(good).hasSize(1);
    status = 500;
    fetcher.fetch();
    nonce = false;
    status = 200;
    fetcher.fetch();
    assertThat(fetcher.current()).isEqualTo(good);
    assertThat(heard).hasValue(1);
  }
}
