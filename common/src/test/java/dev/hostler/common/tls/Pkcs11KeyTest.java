package dev.hostler.common.tls;

import static dev.hostler.common.signing.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.KeySource;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.PinSource;
import dev.hostler.common.signing.SoftHsm;
import dev.hostler.common.signing.TestPki;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys on a token: SoftHSM2 stands for the hardware. */
class Pkcs11KeyTest {
  private static final byte[] CONTENT = "{\"content\":1}".getBytes(StandardCharsets.UTF_8);
  private static final PinSource PIN = _ -> SoftHsm.PIN.toCharArray();
  private static final PinSource NONE =
      token -> {
        throw new IOException("no PIN for " + token);
      };

  @TempDir static Path dir;
  private static SoftHsm hsm;
  private static final Map<KeyAlgorithm, TestPki> PKIS = new EnumMap<>(KeyAlgorithm.class);

  @BeforeAll
  static void fill() throws Throwable {
    hsm = SoftHsm.in(dir);
    hsm.makeToken("ops");
    hsm.makeToken("other");
    for (KeyAlgorithm algorithm :
        List.of(KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P384, KeyAlgorithm.RSA)) {
      TestPki pki = TestPki.of(algorithm);
      PKIS.put(algorithm, pki);
      hsm.store("ops", "key " + algorithm, pki.signerKey().getPrivate(), pki.signer());
    }
  }

  private static String uri(String attributes) {
    return "pkcs11:" + attributes + "?module-path=" + hsm.module();
  }

  private static TestPki pki(KeyAlgorithm algorithm) {
    return java.util.Objects.requireNonNull(PKIS.get(algorithm));
  }

  // The JDK's provider knows no Ed25519.
  @ParameterizedTest
  @EnumSource(
      value = KeyAlgorithm.class,
      names = {"EC_P256", "EC_P384", "RSA"})
  void signsWithoutGivingTheKeyAway(KeyAlgorithm algorithm) throws Exception {
    TestPki pki = pki(algorithm);
    PrivateKey key =
        KeySource.of(uri("token=ops;object=key%20" + algorithm), PIN).key(pki.signer());
    assertThat(key.getEncoded()).isNull();
    byte[] cms = DetachedCms.sign(CONTENT, key, List.of(pki.signer()), NOW);
    assertThat(pki.validator().validate(DetachedCms.verify(CONTENT, cms).chain(), NOW)).hasSize(2);
    // The certificate alone is enough to find it.
    assertThat(KeySource.of(uri("token=ops"), PIN).key(pki.signer())).isNotNull();
  }

  @Test
  void takesThePinFromAFile() throws Exception {
    Path pin = Files.writeString(dir.resolve("pin"), SoftHsm.PIN + "\n");
    TestPki pki = pki(KeyAlgorithm.EC_P256);
    String uri = uri("token=ops") + "&pin-source=file:" + pin;
    assertThat(KeySource.of(uri, NONE).key(pki.signer()).getAlgorithm()).isEqualTo("EC");
    Files.writeString(pin, "");
    assertThatThrownBy(() -> KeySource.of(uri, NONE).key(pki.signer()))
        .hasMessageContaining("first line is the PIN");
  }

  @Test
  void saysWhatDoesNotFit() throws Exception {
    TestPki pki = pki(KeyAlgorithm.EC_P256);
    assertThatThrownBy(() -> KeySource.of(uri("token=opps"), PIN).key(pki.signer()))
        .hasMessageContaining("0 tokens fit")
        .hasMessageContaining("'ops'");
    assertThatThrownBy(
            () -> KeySource.of(uri("manufacturer=SoftHSM%20project"), PIN).key(pki.signer()))
        .hasMessageContaining("2 tokens fit");
    assertThatThrownBy(() -> KeySource.of(uri("token=ops;object=nope"), PIN).key(pki.signer()))
        .hasMessageContaining("no private key 'nope'")
        .hasMessageContaining("key EC_P256");
    assertThatThrownBy(() -> KeySource.of(uri("token=other"), PIN).key(pki.signer()))
        .hasMessageContaining("'other' has no private key");
    assertThatThrownBy(() ->
            KeySource.of(uri("token=ops"), PIN).key(TestPki.of(KeyAlgorithm.EC_P256).signer()))
        .hasMessageContaining("belongs to the certificate");
    assertThatThrownBy(() -> KeySource.of("pkcs11:?module-path=/nowhere.so", PIN).key(pki.signer()))
        .hasMessageContaining("no PKCS#11 library /nowhere.so");
    Path text = Files.writeString(dir.resolve("text.so"), "no library");
    assertThatThrownBy(() -> KeySource.of("pkcs11:?module-path=" + text, PIN).key(pki.signer()))
        .hasMessageContaining("cannot be used as a PKCS#11 library");
  }

  @ParameterizedTest
  @EnumSource(
      value = KeyAlgorithm.class,
      names = {"EC_P256", "EC_P384", "RSA"})
  void logsInOverTlsWithAKeyOnTheToken(KeyAlgorithm algorithm) throws Exception {
    Instant now = TimeSource.system().instant();
    CertificateAuthority ca =
        CertificateAuthority.create(
            "fleet", KeyAlgorithm.EC_P256, now.minusSeconds(60), now.plusSeconds(600));
    KeyPair serverKey = KeyAlgorithm.EC_P256.generate();
    TlsIdentity server =
        new TlsIdentity(
            serverKey.getPrivate(),
            List.of(
                ca.issue(
                    serverKey.getPublic(),
                    CertificateProfile.of("server", now.minusSeconds(60), now.plusSeconds(600))
                        .purpose(CertificateProfile.SERVER_AUTH)
                        .ip("127.0.0.1"))));
    KeyPair clientKey = algorithm.generate();
    X509Certificate client =
        ca.issue(
            clientKey.getPublic(),
            CertificateProfile.of("client", now.minusSeconds(60), now.plusSeconds(600))
                .purpose(CertificateProfile.CLIENT_AUTH));
    hsm.store("ops", "tls " + algorithm, clientKey.getPrivate(), client);
    PrivateKey key = KeySource.of(uri("token=ops;object=tls%20" + algorithm), PIN).key(client);
    X509ExtendedTrustManager trust = TlsTrust.pinnedTo(List.of(ca.certificate()), null);
    SSLContext listening = TlsContext.create(server.keyManager(), trust);
    SSLContext calling =
        TlsContext.create(new TlsIdentity(key, List.of(client)).keyManager(), trust);
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    try (SSLServerSocket listener =
            (SSLServerSocket)
                listening.getServerSocketFactory().createServerSocket(0, 1, loopback);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      listener.setNeedClientAuth(true);
      var seen =
          threads.submit(() -> {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
              socket.getInputStream().read();
              return socket.getSession().getPeerCertificates()[0];
            }
          });
      try (SSLSocket socket =
          (SSLSocket) calling.getSocketFactory().createSocket(loopback, listener.getLocalPort())) {
        socket.getOutputStream().write(1);
        assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo(client);
      }
    }
  }

  @Test
  void readsFilesAsBefore() throws Exception {
    TestPki pki = pki(KeyAlgorithm.EC_P256);
    Path file = dir.resolve("file.key");
    Pem.writeNewKey(file, pki.signerKey().getPrivate());
    assertThat(KeySource.of(file.toString(), NONE).key(pki.signer()))
        .isEqualTo(pki.signerKey().getPrivate());
  }
}
