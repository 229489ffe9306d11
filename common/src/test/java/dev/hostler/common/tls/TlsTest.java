package dev.hostler.common.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real handshakes over loopback. */
class TlsTest {
  private static final String SERVER = "2.25.1.1";
  private static final String CLIENT = "2.25.1.2";
  private static final Instant NOW = dev.hostler.common.time.TimeSource.system().instant();
  private static final Instant FROM = NOW.minus(Duration.ofDays(1));
  private static final Instant TO = NOW.plus(Duration.ofDays(1));

  private final CertificateAuthority ca =
      CertificateAuthority.create("fleet", KeyAlgorithm.EC_P256, FROM, TO);

  @TempDir Path dir;

  private static TlsIdentity server(CertificateAuthority ca, KeyAlgorithm algorithm)
      throws Exception {
    return identity(
        ca,
        algorithm,
        CertificateProfile.of("controller", FROM, TO)
            .purpose(CertificateProfile.SERVER_AUTH)
            .purpose(SERVER)
            .ip("127.0.0.1")
            .dns("localhost"));
  }

  private static TlsIdentity client(CertificateAuthority ca) throws Exception {
    return identity(
        ca,
        KeyAlgorithm.EC_P256,
        CertificateProfile.of("agent", FROM, TO)
            .purpose(CertificateProfile.CLIENT_AUTH)
            .purpose(CLIENT)
            .uri("hostler://host/a"));
  }

  private static TlsIdentity identity(
      CertificateAuthority ca, KeyAlgorithm algorithm, CertificateProfile profile)
      throws Exception {
    KeyPair pair = algorithm.generate();
    return new TlsIdentity(
        pair.getPrivate(), List.of(ca.issue(pair.getPublic(), profile), ca.certificate()));
  }

  /** Shakes hands; returns the client's certificate as the server saw it, null if none. */
  private static @Nullable X509Certificate handshake(
      X509ExtendedKeyManager serverKeys,
      @Nullable X509ExtendedTrustManager serverTrust,
      @Nullable X509ExtendedKeyManager clientKeys,
      X509ExtendedTrustManager clientTrust,
      String host)
      throws Exception {
    SSLContext serverContext =
        TlsContext.create(
            serverKeys,
            serverTrust == null ? TlsTrust.byCaDigest(new byte[32], null) : serverTrust);
    SSLContext clientContext = TlsContext.create(clientKeys, clientTrust);
    try (SSLServerSocket listener =
            (SSLServerSocket)
                serverContext
                    .getServerSocketFactory()
                    .createServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      listener.setNeedClientAuth(serverTrust != null);
      Future<@Nullable X509Certificate> seen =
          threads.submit(() -> {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
              socket.getInputStream().read();
              socket.getOutputStream().write(1);
              return serverTrust == null
                  ? null
                  : (X509Certificate) socket.getSession().getPeerCertificates()[0];
            }
          });
      try (SSLSocket socket =
          (SSLSocket)
              clientContext.getSocketFactory().createSocket("127.0.0.1", listener.getLocalPort())) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        if (!host.equals("127.0.0.1")) {
          throw new IllegalArgumentException(host);
        }
        socket.getOutputStream().write(1);
        if (socket.getInputStream().read() != 1) {
          throw new IOException("no answer");
        }
        assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
      }
      return seen.get();
    }
  }

  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void bothSidesProveWhoTheyAre(KeyAlgorithm algorithm) throws Exception {
    TlsIdentity client = client(ca);
    assertThat(
            handshake(
                server(ca, algorithm).keyManager(),
                TlsTrust.pinnedTo(List.of(ca.certificate()), CLIENT),
                client.keyManager(),
                TlsTrust.pinnedTo(List.of(ca.certificate()), SERVER),
                "127.0.0.1"))
        .isEqualTo(client.certificate());
  }

  @Test
  void aClientRefusesAnotherCa() throws Exception {
    CertificateAuthority other =
        CertificateAuthority.create("fleet", KeyAlgorithm.EC_P256, FROM, TO);
    assertThatThrownBy(() ->
            handshake(
                server(other, KeyAlgorithm.EC_P256).keyManager(),
                null,
                null,
                TlsTrust.pinnedTo(List.of(ca.certificate()), SERVER),
                "127.0.0.1"))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void aClientRefusesAnAgentThatPlaysController() throws Exception {
    TlsIdentity agent =
        identity(
            ca,
            KeyAlgorithm.EC_P256,
            CertificateProfile.of("agent", FROM, TO)
                .purpose(CertificateProfile.SERVER_AUTH)
                .purpose(CLIENT)
                .ip("127.0.0.1"));
    assertThatThrownBy(() ->
            handshake(
                agent.keyManager(),
                null,
                null,
                TlsTrust.pinnedTo(List.of(ca.certificate()), SERVER),
                "127.0.0.1"))
        .isInstanceOfSatisfying(
            SSLException.class, e -> assertThat(TlsTrust.reason(e)).contains(SERVER));
  }

  @Test
  void aClientRefusesAnotherName() throws Exception {
    TlsIdentity elsewhere =
        identity(
            ca,
            KeyAlgorithm.EC_P256,
            CertificateProfile.of("x", FROM, TO)
                .purpose(CertificateProfile.SERVER_AUTH)
                .purpose(SERVER)
                .ip("192.0.2.1"));
    assertThatThrownBy(() ->
            handshake(
                elsewhere.keyManager(),
                null,
                null,
                TlsTrust.pinnedTo(List.of(ca.certificate()), SERVER),
                "127.0.0.1"))
        .isInstanceOfSatisfying(
            SSLException.class, e -> assertThat(TlsTrust.reason(e)).contains("127.0.0.1"));
  }

  @Test
  void aServerRefusesAClientWithoutOrWithAForeignCertificate() throws Exception {
    CertificateAuthority other =
        CertificateAuthority.create("other", KeyAlgorithm.EC_P256, FROM, TO);
    for (@Nullable X509ExtendedKeyManager keys :
        new X509ExtendedKeyManager[] {null, client(other).keyManager()}) {
      assertThatThrownBy(() ->
              handshake(
                  server(ca, KeyAlgorithm.EC_P256).keyManager(),
                  TlsTrust.pinnedTo(List.of(ca.certificate()), CLIENT),
                  keys,
                  TlsTrust.pinnedTo(List.of(ca.certificate()), SERVER),
                  "127.0.0.1"))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void enrolmentTrustsTheAnnouncedCaOnly() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(ca.certificate().getEncoded());
    X509ExtendedKeyManager keys = server(ca, KeyAlgorithm.EC_P256).keyManager();
    handshake(keys, null, null, TlsTrust.byCaDigest(digest, SERVER), "127.0.0.1");

    byte[] wrong = digest.clone();
    wrong[0] ^= 1;
    assertThatThrownBy(
            () -> handshake(keys, null, null, TlsTrust.byCaDigest(wrong, SERVER), "127.0.0.1"))
        .isInstanceOfSatisfying(
            SSLException.class, e -> assertThat(TlsTrust.reason(e)).contains("announced"));
    assertThatThrownBy(
            () -> handshake(keys, null, null, TlsTrust.byCaDigest(digest, CLIENT), "127.0.0.1"))
        .isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> TlsTrust.byCaDigest(new byte[31], null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theAnnouncedCaMustHaveIssuedTheCertificate() throws Exception {
    // An attacker shows the right CA beside a certificate of its own.
    CertificateAuthority attacker =
        CertificateAuthority.create("fleet", KeyAlgorithm.EC_P256, FROM, TO);
    TlsIdentity fake = server(attacker, KeyAlgorithm.EC_P256);
    TlsIdentity mixed = new TlsIdentity(fake.key(), List.of(fake.certificate(), ca.certificate()));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(ca.certificate().getEncoded());
    assertThatThrownBy(() ->
            handshake(
                mixed.keyManager(), null, null, TlsTrust.byCaDigest(digest, SERVER), "127.0.0.1"))
        .isInstanceOf(SSLException.class);
    // Nor does a certificate vouch for itself.
    byte[] own = MessageDigest.getInstance("SHA-256").digest(fake.certificate().getEncoded());
    assertThatThrownBy(() ->
            handshake(
                mixed.keyManager(), null, null, TlsTrust.byCaDigest(own, SERVER), "127.0.0.1"))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void aRenewedIdentityIsUsedAtTheNextHandshake() throws Exception {
    TlsIdentity first = client(ca);
    TlsIdentity second = client(ca);
    AtomicReference<TlsIdentity> current = new AtomicReference<>(first);
    X509ExtendedKeyManager keys = TlsIdentity.keyManager(current::get);
    X509ExtendedKeyManager serverKeys = server(ca, KeyAlgorithm.EC_P256).keyManager();
    X509ExtendedTrustManager serverTrust = TlsTrust.pinnedTo(List.of(ca.certificate()), CLIENT);
    X509ExtendedTrustManager clientTrust = TlsTrust.pinnedTo(List.of(ca.certificate()), SERVER);
    assertThat(handshake(serverKeys, serverTrust, keys, clientTrust, "127.0.0.1"))
        .isEqualTo(first.certificate());
    current.set(second);
    assertThat(handshake(serverKeys, serverTrust, keys, clientTrust, "127.0.0.1"))
        .isEqualTo(second.certificate());
  }

  @Test
  void anIdentityIsReadFromFiles() throws Exception {
    TlsIdentity made = client(ca);
    Pem.writeNewKey(dir.resolve("key"), made.key());
    Files.writeString(dir.resolve("chain"), Pem.encode(made.chain()));
    TlsIdentity read = TlsIdentity.read(dir.resolve("chain"), dir.resolve("key"));
    assertThat(read.chain()).isEqualTo(made.chain());
    assertThat(read.key().getEncoded()).isEqualTo(made.key().getEncoded());
    assertThatThrownBy(() -> new TlsIdentity(made.key(), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TlsTrust.pinnedTo(List.of(), null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aKeyManagerPresentsOnlyWhatFits() throws Exception {
    X509ExtendedKeyManager keys = client(ca).keyManager();
    assertThat(keys.getClientAliases("RSA", null)).isNull();
    assertThat(keys.getServerAliases("EC", null)).hasSize(1);
    assertThat(keys.chooseServerAlias("EC_EC", null, null)).isNotNull();
    assertThat(keys.getPrivateKey("unknown")).isNull();
    assertThat(keys.getCertificateChain("unknown")).isNull();
  }

  /** Some libraries ask without a connection: the purpose is asked for all the same. */
  @Test
  void aChainAloneGetsTheSameAnswer() throws Exception {
    X509ExtendedTrustManager trust = TlsTrust.pinnedTo(List.of(ca.certificate()), SERVER);
    X509ExtendedTrustManager clients = TlsTrust.pinnedTo(List.of(ca.certificate()), CLIENT);
    X509Certificate[] server = chain(server(ca, KeyAlgorithm.EC_P256));
    X509Certificate[] client = chain(client(ca));
    trust.checkServerTrusted(server, "ECDHE_ECDSA");
    clients.checkClientTrusted(client, "EC");
    assertThatThrownBy(() -> clients.checkServerTrusted(server, "ECDHE_ECDSA"))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining(CLIENT);
    assertThatThrownBy(() -> trust.checkClientTrusted(client, "EC"))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining(SERVER);
    assertThat(trust.getAcceptedIssuers()).containsExactly(ca.certificate());
  }

  private static X509Certificate[] chain(TlsIdentity identity) {
    return identity.chain().toArray(X509Certificate[]::new);
  }
}
