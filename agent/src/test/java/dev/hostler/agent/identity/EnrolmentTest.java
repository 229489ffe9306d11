package dev.hostler.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.time.ManualTime;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingDeque;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrolmentTest {
  private static final String DIGEST =
      Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[32]);

  @TempDir Path dir;
  private CertificateAuthority ca;
  private IdentityStore store;
  private int asked;

  @BeforeEach
  void open() throws Exception {
    Instant now = Instant.now();
    ca =
        CertificateAuthority.create(
            "CA", KeyAlgorithm.EC_P256, now.minusSeconds(60), now.plus(Duration.ofDays(1)));
    store = new IdentityStore(dir.resolve("identity"));
  }

  private Enroller.Enrolled certify(PublicKey key, String id)
      throws dev.hostler.common.signing.SigningException {
    Instant now = Instant.now();
    return new Enroller.Enrolled(
        id,
        List.of(
            ca.issue(key, CertificateProfile.of(id, now.minusSeconds(60), now.plusSeconds(3600)))),
        List.of(ca.certificate()));
  }

  private Enrolment enrolment(boolean ownKey) {
    return new Enrolment(
        store,
        (_, _, _, csr) -> {
          try {
            asked++;
            PublicKey key =
                ownKey
                    ? CertificateRequest.parse(csr).publicKey()
                    : KeyAlgorithm.EC_P256.generate().getPublic();
            return certify(key, "host-" + asked);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        TimeSource.system(),
        new Random(1),
        _ -> {});
  }

  private JoinToken token() throws EnrolException {
    return JoinToken.parse("hst1.id.secret." + DIGEST);
  }

  @Test
  void keepsAKeyThatOnlyRootCanReadAndThatFitsTheCertificate() throws Exception {
    assertThat(store.read()).isEmpty();
    enrolment(true).enrol("c:1", token(), "h", false);
    Identity identity = store.read().orElseThrow();
    assertThat(identity.hostId()).isEqualTo("host-1");
    assertThat(identity.controller()).isEqualTo("c:1");
    assertThat(identity.roots()).containsExactly(ca.certificate());
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(identity.tls().key());
    signature.update(new byte[] {1});
    byte[] signed = signature.sign();
    signature.initVerify(identity.tls().certificate());
    signature.update(new byte[] {1});
    assertThat(signature.verify(signed)).isTrue();
    assertThat(mode(dir.resolve("identity"))).isEqualTo("rwx------");
    assertThat(mode(store.current().resolve("host.key"))).isEqualTo("rw-------");
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void doesNothingASecondTimeUnlessForced() throws Exception {
    enrolment(true).enrol("c:1", token(), "h", false);
    assertThat(enrolment(true).enrol("c:1", token(), "h", false)).isEmpty();
    assertThat(asked).isEqualTo(1);
    assertThat(enrolment(true).enrol("c:2", token(), "h", true)).isPresent();
    assertThat(store.read().orElseThrow().hostId()).isEqualTo("host-2");
    try (var files = Files.list(dir.resolve("identity"))) {
      assertThat(files).as("the old one is gone").hasSize(2);
    }
  }

  @Test
  void keepsNothingOfACertificateForAnotherKey() throws Exception {
    assertThatThrownBy(() -> enrolment(false).enrol("c:1", token(), "h", false))
        .isInstanceOf(EnrolException.class)
        .hasMessageContaining("another key");
    assertThat(store.read()).isEmpty();
  }

  @Test
  void anInterruptedWriteLeavesTheOldIdentity() throws Exception {
    enrolment(true).enrol("c:1", token(), "h", false);
    Path half = Files.createDirectory(dir.resolve("identity/0123456789abcdef"));
    Files.writeString(half.resolve("host.key"), "half a k");
    Files.createSymbolicLink(
        dir.resolve("identity/0123456789abcdef.link"), Path.of("0123456789abcdef"));
    assertThat(store.read().orElseThrow().hostId()).isEqualTo("host-1");
    enrolment(true).enrol("c:1", token(), "h", true);
    assertThat(store.read().orElseThrow().hostId()).isEqualTo("host-2");
    assertThat(half).doesNotExist();
  }

  @Test
  void aDamagedIdentityIsSaidSo() throws Exception {
    enrolment(true).enrol("c:1", token(), "h", false);
    for (String file : List.of("host.key", "host.crt")) {
      byte[] good = Files.readAllBytes(store.current().resolve(file));
      Files.writeString(store.current().resolve(file), "nothing");
      assertThatThrownBy(() -> store.read())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("damaged")
          .hasMessageContaining("--force");
      Files.write(store.current().resolve(file), good);
    }
  }

  @Test
  void tokensAreCheckedWithoutRepeatingTheSecret() throws Exception {
    assertThat(token().toString()).doesNotContain("secret.").contains("id");
    assertThat(JoinToken.parse(" hst1.id.secret." + DIGEST + "\n")).isEqualTo(token());
    for (String bad :
        List.of(
            "",
            "hst2.id.s3cr3t." + DIGEST,
            "hst1.id.s3cr3t",
            "hst1..s3cr3t." + DIGEST,
            "hst1.id.s3cr3t." + DIGEST.substring(3),
            "hst1.id.s3cr3t.***")) {
      assertThatThrownBy(() -> JoinToken.parse(bad))
          .isInstanceOf(EnrolException.class)
          .hasMessageContaining("token")
          .hasMessageNotContaining("s3cr3t")
          .extracting(e -> ((EnrolException) e).kind())
          .isEqualTo(EnrolException.Kind.USAGE);
    }
  }

  @Test
  void waitsForApprovalWithTheSameKeyThroughFailuresAndARestart() throws Exception {
    ManualTime time = new ManualTime();
    List<String> told = new CopyOnWriteArrayList<>();
    List<PublicKey> keys = new CopyOnWriteArrayList<>();
    LinkedBlockingDeque<Integer> script = new LinkedBlockingDeque<>(List.of(0, 1, 0, 2));
    Enroller enroller =
        (_, _, _, csr) -> {
          try {
            keys.add(CertificateRequest.parse(csr).publicKey());
            return switch (script.removeFirst()) {
              case 0 -> new Enroller.Waiting("the-id", Duration.ofSeconds(5));
              case 1 -> throw new EnrolException(EnrolException.Kind.UNREACHABLE, "away");
              default -> certify(keys.getLast(), "host-7");
            };
          } catch (dev.hostler.common.signing.SigningException e) {
            throw new IllegalStateException(e);
          }
        };
    String fingerprint = Enrolment.fingerprint(store.enrolmentKey().getPublic());
    Enrolment enrolment = new Enrolment(store, enroller, time, new Random(1), told::add);
    CompletableFuture<Optional<Identity>> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            done.complete(enrolment.enrol("c:1", token(), "h", false));
          } catch (Exception e) {
            done.completeExceptionally(e);
          }
        });
    await()
        .until(() -> {
          time.advance(Duration.ofSeconds(1));
          return done.isDone();
        });
    assertThat(done.get().orElseThrow().hostId()).isEqualTo("host-7");
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).contains("hostler host approve the-id --key " + fingerprint);
    assertThat(keys).hasSize(4).allMatch(key -> Enrolment.fingerprint(key).equals(fingerprint));
    assertThat(Enrolment.fingerprint(store.enrolmentKey().getPublic()))
        .as("the key is used once")
        .isNotEqualTo(fingerprint);
    assertThat(mode(dir.resolve("identity/pending"))).isEqualTo("rwx------");
    assertThat(mode(dir.resolve("identity/pending/host.key"))).isEqualTo("rw-------");
  }

  @Test
  void isNotPatientWithWhatIsUnreachableFromTheStart() {
    Enrolment enrolment =
        new Enrolment(
            store,
            (_, _, _, _) -> {
              throw new EnrolException(EnrolException.Kind.UNREACHABLE, "away");
            },
            new ManualTime(),
            new Random(1),
            _ -> {});
    assertThatThrownBy(() -> enrolment.enrol("c:1", token(), "h", false)).hasMessage("away");
  }
}
