package dev.hostler.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.trust.secret.SealedParameters;
import dev.hostler.trust.secret.SignedSealingKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostSealingTest {
  private static final String NONCE = "AAAAAAAAAAAAAAAAAAAAAA";

  @TempDir Path state;
  private Path folder;
  private TestIdentity identity;

  @BeforeEach
  void enrol() {
    folder = state.resolve("identity/sealing");
    identity = new TestIdentity(state.resolve("identity"));
  }

  private HostSealing open() throws IOException {
    return HostSealing.open(folder, identity.current, TimeSource.system());
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void onlyRootCanReadTheKeyAndItStays() throws Exception {
    String first = open().fingerprint();
    assertThat(mode(folder)).isEqualTo("rwx------");
    assertThat(mode(folder.resolve("sealing.key"))).isEqualTo("rw-------");
    assertThat(open().fingerprint()).isEqualTo(first);
    assertThat(open().vouched().read().fingerprint()).isEqualTo(first);
    assertThat(folder.resolveSibling("sealing.new")).doesNotExist();
  }

  @Test
  void whatWasSealedBeforeARenewalIsOpenedAfterIt() throws Exception {
    HostSealing sealing = open();
    SignedSealingKey before = sealing.vouched();
    assertThat(sealing.vouched()).as("signed once").isSameAs(before);
    SealedParameters sealed =
        SealedParameters.seal(
            "{\"p\":\"hunter2\"}",
            "{\"properties\":{\"p\":{\"writeOnly\":true}}}",
            NONCE,
            Map.of("host-1", before.read().key()));
    KeyPair newer = KeyAlgorithm.EC_P256.generate();
    TlsIdentity renewed =
        new TlsIdentity(
            newer.getPrivate(),
            List.of(
                TestIdentity.issue(
                    identity.ca, newer.getPublic(), Instant.now(), Duration.ofHours(24))));
    identity.current.replace(
        now -> new Identity(now.hostId(), renewed, now.roots(), now.controller()));
    SignedSealingKey after = sealing.vouched();
    assertThat(after).as("vouched for by the new certificate").isNotEqualTo(before);
    assertThat(after.read()).isEqualTo(before.read());
    String wrapped = Base64.getUrlEncoder().encodeToString(sealed.keys().get("host-1"));
    assertThat(open().open(sealed.params(), wrapped, NONCE)).isEqualTo("{\"p\":\"hunter2\"}");
    assertThat(folder).as("a renewal removes old identities only").exists();
  }

  @Test
  void aHostThatEnrolsAnewGetsAnotherKey() throws Exception {
    String first = open().fingerprint();
    identity.current.replace(
        now -> new Identity("host-2", now.tls(), now.roots(), now.controller()));
    String second = open().fingerprint();
    assertThat(second).isNotEqualTo(first);
    assertThat(open().fingerprint()).isEqualTo(second);
    // As a power cut leaves it.
    Files.delete(folder.resolve("host-id"));
    Files.createDirectory(folder.resolveSibling("sealing.new"));
    Files.writeString(folder.resolveSibling("sealing.new").resolve("sealing.key"), "half");
    assertThat(open().fingerprint()).isNotEqualTo(second);
  }

  @Test
  void aDamagedKeyIsNotReplacedSilently() throws Exception {
    open();
    Files.writeString(folder.resolve("sealing.key"), "damaged");
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is damaged")
        .hasMessageContaining("remove the folder");
  }
}
