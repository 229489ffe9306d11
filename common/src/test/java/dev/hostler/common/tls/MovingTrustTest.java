package dev.hostler.common.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Revocation;
import dev.hostler.common.time.ManualTime;
import dev.hostler.common.time.TimeSource;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;

/** What is trusted changes while both sides run: revocations, roots, certificates that ended. */
class MovingTrustTest {
  private static final String SERVER = "2.25.1.1";
  private static final String CLIENT = "2.25.1.2";
  private static final Instant NOW = TimeSource.system().instant().truncatedTo(ChronoUnit.SECONDS);
  private static final Instant FROM = NOW.minus(Duration.ofDays(1));
  private static final Instant TO = NOW.plus(Duration.ofDays(1));

  private final CertificateAuthority ca = authority();
  private final TlsIdentity server = issue(ca, "controller", SERVER, TO);
  private final TlsIdentity client = issue(ca, "agent", CLIENT, TO);
  private final Set<String> revoked = new HashSet<>();
  private final List<List<X509Certificate>> shown = new ArrayList<>();
  private final List<X509Certificate> roots = new ArrayList<>(List.of(ca.certificate()));

  private final X509ExtendedTrustManager servers =
      TlsTrust.ofServers(
          List.of(ca.certificate()),
          SERVER,
          () ->
              new Revocation(
                  revoked, List.of(), List.of(), new Revocation.Rules(Duration.ofDays(1), false)),
          shown::add,
          TimeSource.system());

  private static CertificateAuthority authority() {
    return CertificateAuthority.create("fleet", KeyAlgorithm.EC_P256, FROM, TO);
  }

  private static TlsIdentity issue(
      CertificateAuthority ca, String name, String purpose, Instant end) {
    try {
      KeyPair pair = KeyAlgorithm.EC_P256.generate();
      CertificateProfile profile =
          CertificateProfile.of(name, FROM, end)
              .purpose(
                  purpose.equals(SERVER)
                      ? CertificateProfile.SERVER_AUTH
                      : CertificateProfile.CLIENT_AUTH)
              .purpose(purpose)
              .dns("controller.example");
      return new TlsIdentity(
          pair.getPrivate(), List.of(ca.issue(pair.getPublic(), profile), ca.certificate()));
    } catch (dev.hostler.common.signing.SigningException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509ExtendedTrustManager clients(TimeSource clock) {
    return TlsTrust.ofClients(() -> List.copyOf(roots), CLIENT, Duration.ofHours(2), clock);
  }

  private EnginePair pair(TlsIdentity with, String host) {
    return new EnginePair(
        server.keyManager(), clients(TimeSource.system()), with.keyManager(), servers, host);
  }

  private static X509Certificate[] chain(TlsIdentity identity) {
    return identity.chain().toArray(X509Certificate[]::new);
  }

  @Test
  void aServerIsRefusedFromItsRevocationOn() throws Exception {
    assertThat(pair(client, "controller.example").shake()[0]).isEqualTo(client.certificate());
    assertThat(shown).hasSize(1);
    assertThat(shown.getFirst().getFirst()).isEqualTo(server.certificate());

    revoked.add(Fingerprints.sha256(server.certificate()));
    assertThatThrownBy(() -> pair(client, "controller.example").shake())
        .isInstanceOfSatisfying(
            SSLException.class, e -> assertThat(TlsTrust.reason(e)).contains("revoked"));
    assertThat(shown).hasSize(1);
    assertThat(servers.getAcceptedIssuers()).containsExactly(ca.certificate());
  }

  @Test
  void theNameOfTheServerIsAskedForToo() {
    assertThatThrownBy(() -> pair(client, "other.example").shake())
        .isInstanceOfSatisfying(
            SSLException.class, e -> assertThat(TlsTrust.reason(e)).contains("other.example"));
    assertThat(shown).isEmpty();
  }

  @Test
  void clientsOfANewRootAreTakenAndThoseOfAnOldOneAreNot() throws Exception {
    CertificateAuthority next = authority();
    TlsIdentity moved = issue(next, "agent", CLIENT, TO);
    assertThatThrownBy(() -> pair(moved, "controller.example").shake())
        .isInstanceOf(SSLException.class);
    roots.add(next.certificate());
    assertThat(pair(moved, "controller.example").shake()[0]).isEqualTo(moved.certificate());
    roots.remove(ca.certificate());
    assertThatThrownBy(() -> pair(client, "controller.example").shake())
        .isInstanceOf(SSLException.class);
  }

  @Test
  void aClientMayComeToRenewForAWhileAfterTheEndOfItsCertificate() throws Exception {
    ManualTime clock = new ManualTime();
    X509ExtendedTrustManager trust = clients(clock);
    TlsIdentity ends = issue(ca, "agent", CLIENT, NOW);
    clock.set(NOW.plus(Duration.ofHours(2)));
    trust.checkClientTrusted(chain(ends), "EC");
    clock.set(NOW.plus(Duration.ofHours(2)).plusSeconds(1));
    assertThatThrownBy(() -> trust.checkClientTrusted(chain(ends), "EC"))
        .isInstanceOf(CertificateException.class);
    assertThatThrownBy(() -> trust.checkClientTrusted(new X509Certificate[0], "EC"))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("no certificate was presented");
    assertThat(trust.getAcceptedIssuers()).isEmpty();
  }
}
