package dev.hostler.controller.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.ChainValidator;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.time.ManualTime;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.trust.KeyPurpose;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetCaTest {
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  @TempDir Path folder;
  private final ManualTime clock = new ManualTime();
  private FleetCa ca;

  @BeforeEach
  void open() throws Exception {
    ca = FleetCa.openOrMake(folder.resolve("ca"), clock);
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void itIsMadeOnceAndKeptPrivate() throws Exception {
    assertThat(mode(folder.resolve("ca"))).isEqualTo("rwx------");
    assertThat(mode(folder.resolve("ca/ca.key"))).isEqualTo("rw-------");
    assertThat(FleetCa.openOrMake(folder.resolve("ca"), clock).roots()).isEqualTo(ca.roots());
  }

  @Test
  void theRootIsAProperCa() {
    X509Certificate root = ca.roots().getFirst();
    assertThat(root.getVersion()).isEqualTo(3);
    assertThat(root.getBasicConstraints()).isZero();
    assertThat(root.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.19", "2.5.29.15");
    assertThat(root.getKeyUsage()[5]).isTrue();
    assertThat(root.getPublicKey().getAlgorithm()).isEqualTo("EC");
  }

  @Test
  void anAgentsCertificateNamesItsHost() throws Exception {
    UUID host = UUID.randomUUID();
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    X509Certificate certificate = ca.issueAgent(host, pair.getPublic(), Duration.ofDays(1));
    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=" + host);
    assertThat(certificate.getExtendedKeyUsage())
        .containsExactly(CLIENT_AUTH, KeyPurpose.AGENT.oid());
    assertThat(PeerNames.hostId(certificate)).contains(host);
    assertThat(PeerNames.operator(certificate)).isEmpty();
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate.getNotAfter().toInstant())
        .isEqualTo(clock.instant().plus(Duration.ofDays(1)));
    assertThat(certificate.getNotBefore().toInstant())
        .isEqualTo(clock.instant().minus(Duration.ofMinutes(5)));
    assertThat(
            new ChainValidator(ca.roots(), KeyPurpose.AGENT.oid(), RevocationPolicy.none())
                .validate(List.of(certificate), clock.instant()))
        .isNotEmpty();
  }

  @Test
  void anOperatorsCertificateNamesTheOperator() throws Exception {
    X509Certificate certificate =
        ca.issueOperator("ann", KeyAlgorithm.EC_P256.generate().getPublic(), Duration.ofDays(1));
    assertThat(certificate.getExtendedKeyUsage())
        .containsExactly(CLIENT_AUTH, KeyPurpose.OPERATOR.oid());
    assertThat(PeerNames.operator(certificate)).contains("ann");
    assertThat(PeerNames.hostId(certificate)).isEmpty();
  }

  @Test
  void noCertificateOutlivesTheCa() throws Exception {
    X509Certificate certificate =
        ca.issueOperator("ann", KeyAlgorithm.EC_P256.generate().getPublic(), Duration.ofDays(9999));
    assertThat(certificate.getNotAfter()).isEqualTo(ca.roots().getFirst().getNotAfter());
  }

  @Test
  void theControllersCertificateHasItsNamesAndTheRootBehindItAndRenewsItself() throws Exception {
    ControllerIdentity identity =
        new ControllerIdentity(
            ca,
            ServerNames.with(List.of("Hostler.Example", "10.1.2.3", "not a name!")),
            Duration.ofDays(90),
            clock);
    TlsIdentity first = identity.get();
    assertThat(first.chain()).hasSize(2);
    assertThat(first.chain().getLast()).isEqualTo(ca.roots().getFirst());
    assertThat(first.certificate().getExtendedKeyUsage())
        .containsExactly(SERVER_AUTH, KeyPurpose.CONTROLLER.oid());
    List<String> names = new ArrayList<>();
    first.certificate().getSubjectAlternativeNames().forEach(n -> names.add("" + n.get(1)));
    assertThat(names)
        .contains("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "hostler.example", "10.1.2.3")
        .doesNotContain("not a name!");
    clock.advance(Duration.ofDays(59));
    assertThat(identity.get()).isSameAs(first);
    clock.advance(Duration.ofDays(2));
    TlsIdentity second = identity.get();
    assertThat(second.certificate()).isNotEqualTo(first.certificate());
    assertThat(second.certificate().getNotAfter()).isAfter(first.certificate().getNotAfter());
  }

  @Test
  void aCaThatIsGivenIsChecked() throws Exception {
    Path other = folder.resolve("other");
    FleetCa.openOrMake(other, clock);
    Path certificate = folder.resolve("ca/ca.crt");
    assertThat(FleetCa.open(certificate, folder.resolve("ca/ca.key"), clock).digest())
        .isEqualTo(ca.digest());
    assertThatThrownBy(() -> FleetCa.open(certificate, other.resolve("ca.key"), clock))
        .isInstanceOf(TrustException.class)
        .hasMessageContaining("is not the key of " + certificate);
    Path leaf = folder.resolve("leaf.crt");
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    Files.writeString(
        leaf, Pem.encode(List.of(ca.issueOperator("a", pair.getPublic(), Duration.ofDays(1)))));
    assertThatThrownBy(() -> FleetCa.open(leaf, other.resolve("ca.key"), clock))
        .hasMessageContaining("is not a CA certificate");
    assertThatThrownBy(() -> FleetCa.open(folder.resolve("no"), other.resolve("ca.key"), clock))
        .hasMessageContaining("cannot read the fleet CA");
    clock.advance(Duration.ofDays(4000));
    assertThatThrownBy(() -> FleetCa.open(certificate, folder.resolve("ca/ca.key"), clock))
        .hasMessageContaining("expired on ");
  }

  @Test
  void aLostCertificateIsNotReplacedByAnotherCa() throws Exception {
    Files.delete(folder.resolve("ca/ca.crt"));
    assertThatThrownBy(() -> FleetCa.openOrMake(folder.resolve("ca"), clock))
        .isInstanceOf(TrustException.class)
        .hasMessageContaining("restore it from a backup");
  }

  @Test
  void theFirstOperatorIsWrittenOnceAndRenewedInTime() throws Exception {
    Path operator = folder.resolve("operator");
    Duration life = Duration.ofDays(30);
    assertThat(FirstOperator.ensure(operator, ca, life, clock)).isTrue();
    assertThat(FirstOperator.ensure(operator, ca, life, clock)).isFalse();
    for (String file : Set.of("admin.crt", "admin.key", "ca.crt")) {
      assertThat(mode(operator.resolve(file))).isEqualTo("rw-------");
    }
    TlsIdentity first =
        TlsIdentity.read(operator.resolve("admin.crt"), operator.resolve("admin.key"));
    assertThat(PeerNames.operator(first.certificate())).contains("admin");
    clock.advance(Duration.ofDays(21));
    assertThat(FirstOperator.ensure(operator, ca, life, clock)).isTrue();
    TlsIdentity second =
        TlsIdentity.read(operator.resolve("admin.crt"), operator.resolve("admin.key"));
    assertThat(second.certificate().getPublicKey()).isEqualTo(first.certificate().getPublicKey());
    FleetCa other = FleetCa.openOrMake(folder.resolve("other"), clock);
    assertThat(FirstOperator.ensure(operator, other, life, clock)).isTrue();
    assertThat(Pem.certificates(operator.resolve("ca.crt"))).isEqualTo(other.roots());
    Files.delete(operator.resolve("admin.crt"));
    assertThat(FirstOperator.ensure(operator, other, life, clock)).isTrue();
  }
}
