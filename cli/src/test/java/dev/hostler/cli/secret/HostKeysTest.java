package dev.hostler.cli.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.fake.SealedHost;
import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.Pem;
import dev.hostler.proto.v1.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostKeysTest {
  private static final Instant NOW = Instant.now();
  private static final CertificateAuthority FLEET = SealedHost.fleet(NOW);

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final SealedHost one = new SealedHost("id-1", FLEET, NOW);
  private final SealedHost two = new SealedHost("id-2", FLEET, NOW);
  private Path ca;

  @BeforeEach
  void files() throws IOException {
    ca = folder.resolve("ca.crt");
    Files.writeString(ca, Pem.encode(List.of(FLEET.certificate())));
    environment.put("HOSTLER_CONFIG", folder.resolve("some/config.toml").toString());
  }

  private HostKeys keys() {
    return HostKeys.of(environment, ca, NOW);
  }

  private static Recipient recipient(SealedHost host) {
    return Recipient.of(host.host("n-" + host.id));
  }

  private void refused(Recipient host, String... why) {
    assertThatThrownBy(() -> keys().of(List.of(host), notes::add))
        .isInstanceOf(CliFailure.class)
        .hasMessageContainingAll(why)
        .hasMessageContaining("nothing was sent");
  }

  @Test
  void aKeyThatItsHostVouchesForIsRememberedAndMustStayTheSame() throws Exception {
    List<Recipient> hosts = List.of(recipient(one), recipient(two));
    assertThat(keys().of(hosts, notes::add))
        .isEqualTo(Map.of("id-1", one.pair.getPublic(), "id-2", two.pair.getPublic()));
    assertThat(notes).hasSize(1);
    assertThat(notes.getFirst())
        .contains("Trusted from now on", "2 hosts", "n-id-1 " + one.key.fingerprint());
    Path known = folder.resolve("some/known-keys");
    assertThat(Files.readAllLines(known))
        .containsExactlyInAnyOrder(
            "id-1 " + one.key.fingerprint() + " n-id-1",
            "id-2 " + two.key.fingerprint() + " n-id-2");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(known)))
        .isEqualTo("rw-------");

    assertThat(keys().of(hosts, notes::add)).hasSize(2);
    assertThat(notes).as("said once").hasSize(1);
    SealedHost other = new SealedHost("id-1", FLEET, NOW);
    refused(
        recipient(other),
        "n-id-1 (id-1) has another sealing key than before",
        other.key.fingerprint(),
        one.key.fingerprint(),
        "hostler-agent key --sealing");
    // Also of a host that is known, another host's key is none.
    refused(new Recipient("id-1", "n", two.signed), "another sealing key", two.key.fingerprint());

    KnownKeys.read(environment)
        .remember(List.of(new KnownKeys.Known("id-1", other.key.fingerprint(), "n-id-1")));
    assertThat(keys().of(List.of(recipient(other)), notes::add)).hasSize(1);
  }

  @Test
  void whatNobodyVouchesForIsNotTrusted() {
    SealedHost stranger = new SealedHost("id-3", SealedHost.fleet(NOW), NOW);
    refused(recipient(stranger), "n-id-3 (id-3)", "not trusted");
    refused(new Recipient("id-1", "n", two.signed), "it is the key of host id-2");
    refused(
        Recipient.of(Host.newBuilder().setId("id-9").setName("n-9").build()),
        "n-9 (id-9) has sent no sealing key");
    List<Recipient> many = new ArrayList<>(List.of(recipient(one)));
    for (int i = 0; i < 9; i++) {
      many.add(Recipient.of(Host.newBuilder().setId("x" + i).setName("x" + i).build()));
    }
    assertThatThrownBy(() -> keys().of(many, notes::add))
        .hasMessageContainingAll("9 of 10 hosts", "and 4 more");
    assertThat(notes).isEmpty();
    assertThat(folder.resolve("some/known-keys")).doesNotExist();
  }

  @Test
  void onlyKnownKeysIfThatIsWanted() throws Exception {
    environment.put("HOSTLER_HOST_KEYS", "known");
    environment.put("HOSTLER_KNOWN_KEYS", folder.resolve("mine").toString());
    refused(recipient(one), "not known here", "hostler host key n-id-1 --trust");
    Files.writeString(folder.resolve("mine"), "id-1 " + one.key.fingerprint() + " one\n");
    assertThat(keys().of(List.of(recipient(one)), notes::add)).hasSize(1);
    Files.writeString(folder.resolve("mine"), "id-1 zz one\n");
    assertThatThrownBy(this::keys).hasMessageContainingAll("mine:1", "FINGERPRINT");
    environment.put("HOSTLER_HOST_KEYS", "never");
    assertThatThrownBy(this::keys).hasMessageContaining("HOSTLER_HOST_KEYS is \"never\"");
  }
}
