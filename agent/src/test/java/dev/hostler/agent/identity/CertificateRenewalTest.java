package dev.hostler.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.RootSuccession;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.ManualTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateRenewalTest {
  private static final Duration LIFETIME = Duration.ofHours(24);

  @TempDir Path folder;
  private final ManualTime time = new ManualTime();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger renewed = new AtomicInteger();
  private volatile int failures;
  private volatile boolean otherKey;
  private TestIdentity host;
  private CertificateAuthority issuing;
  private CertificateRenewal renewal;

  @BeforeEach
  void enrol() {
    host = new TestIdentity(folder.resolve("identity"), time.instant(), LIFETIME);
    issuing = host.ca;
    renewal =
        new CertificateRenewal(
            host.current, this::answer, renewed::incrementAndGet, time, new Random(7));
  }

  @AfterEach
  void close() {
    renewal.close();
  }

  private Renewer.Renewed answer(byte[] csr) throws RenewalException {
    asked.incrementAndGet();
    if (failures > 0) {
      failures--;
      throw new RenewalException("not now");
    }
    try {
      PublicKey key =
          otherKey
              ? host.ca.certificate().getPublicKey()
              : CertificateRequest.parse(csr).publicKey();
      return new Renewer.Renewed(
          List.of(TestIdentity.issue(issuing, key, time.instant(), LIFETIME)), sent());
    } catch (SigningException e) {
      throw new IllegalStateException(e);
    }
  }

  private RootSuccession sent() {
    return issuing == host.ca
        ? new RootSuccession(List.of(host.ca.certificate()), List.of())
        : new RootSuccession(
            List.of(issuing.certificate(), host.ca.certificate()),
            List.of(host.ca.endorse(issuing.certificate())));
  }

  private void advance(Duration span) throws InterruptedException {
    for (Duration done = Duration.ZERO; done.compareTo(span) < 0; done = done.plusMinutes(1)) {
      time.awaitSleepers(1);
      time.advance(Duration.ofMinutes(1));
    }
  }

  @Test
  void theMomentIsSpreadAroundTwoThirdsOfTheLife() {
    X509Certificate certificate = host.current.get().tls().certificate();
    Random random = new Random(3);
    double sum = 0;
    for (int i = 0; i < 1000; i++) {
      Duration after =
          Duration.between(time.instant(), CertificateRenewal.due(certificate, random));
      assertThat(after).isBetween(Duration.ofMinutes(864), Duration.ofMinutes(1056));
      sum += after.toMinutes();
    }
    assertThat(sum / 1000).isBetween(950.0, 970.0);
  }

  @Test
  void renewsWithANewKeyOnDiskAndInMemoryAndTellsTheLink() throws Exception {
    Identity before = host.current.get();
    renewal.start();
    advance(Duration.ofMinutes(860));
    assertThat(asked).hasValue(0);
    advance(Duration.ofMinutes(200));
    await().untilAsserted(() -> assertThat(renewed).hasValue(1));
    Identity after = host.current.get();
    assertThat(after.tls().certificate().getPublicKey())
        .isNotEqualTo(before.tls().certificate().getPublicKey());
    assertThat(after.hostId()).isEqualTo(before.hostId());
    assertThat(host.store.read()).contains(after);
    assertThat(asked).hasValue(1);
    time.awaitSleepers(1);
    advance(Duration.ofMinutes(1060));
    await().untilAsserted(() -> assertThat(renewed).as("and the next one").hasValue(2));
  }

  @Test
  void triesAgainAfterFailuresAndKeepsTheOldOneMeanwhile() throws Exception {
    failures = 3;
    Identity before = host.current.get();
    renewal.start();
    advance(Duration.ofMinutes(1057));
    await().untilAsserted(() -> assertThat(asked).hasValueGreaterThan(0));
    assertThat(host.store.read()).contains(before);
    await()
        .until(() -> {
          time.advance(Duration.ofSeconds(10));
          return renewed.get() == 1;
        });
    assertThat(asked).hasValue(4);
  }

  @Test
  void aCertificateThatEndedLongAgoIsRenewedAtOnce() {
    time.advance(Duration.ofDays(5));
    renewal.start();
    await().untilAsserted(() -> assertThat(renewed).hasValue(1));
  }

  @Test
  void whatDoesNotWorkIsNotTakenOver() {
    Identity before = host.current.get();
    otherKey = true;
    time.advance(Duration.ofDays(1));
    renewal.start();
    await().untilAsserted(() -> assertThat(asked).hasValueGreaterThan(0));
    assertThat(host.current.get()).isEqualTo(before);
    issuing = TestIdentity.ca("Of nobody", time.instant());
    assertThat(host.current.get()).isEqualTo(before);
    assertThat(renewed).hasValue(0);
  }

  @Test
  void aRenewalMayBringANewerRoot() {
    issuing = TestIdentity.ca("Newer", time.instant());
    time.advance(Duration.ofDays(1));
    renewal.start();
    await().untilAsserted(() -> assertThat(renewed).hasValue(1));
    assertThat(host.current.get().roots())
        .containsExactly(issuing.certificate(), host.ca.certificate());
  }

  @Test
  void rootsAreTakenOverDurablyAndTheCertificateIsRenewedWhenAskedFor() throws Exception {
    RootsKeeper keeper = new RootsKeeper(host.current, renewal, time);
    assertThat(keeper.held()).hasSize(1);
    issuing = TestIdentity.ca("Newer", time.instant());
    keeper.take(sent(), Optional.of(Duration.ofSeconds(30)));
    assertThat(keeper.held()).hasSize(2);
    assertThat(host.store.read().orElseThrow().roots()).hasSize(2);
    time.awaitSleepers(1);
    assertThat(asked).hasValue(0);
    time.advance(Duration.ofSeconds(31));
    await().untilAsserted(() -> assertThat(renewed).hasValue(1));
    keeper.take(new RootSuccession(List.of(issuing.certificate()), List.of()), Optional.empty());
    assertThat(host.current.get().roots()).containsExactly(issuing.certificate());
    assertThat(host.store.read()).contains(host.current.get());
  }

  @Test
  void rootsThatNoRootVouchesForAreRefused() throws Exception {
    Instant now = time.instant();
    CertificateAuthority next = TestIdentity.ca("Next", now);
    CertificateAuthority foreign = TestIdentity.ca("Foreign", now);
    List<X509Certificate> held = List.of(host.ca.certificate());
    X509Certificate good = host.ca.endorse(next.certificate());
    for (RootSuccession bad :
        List.of(
            new RootSuccession(List.of(), List.of()),
            new RootSuccession(List.of(next.certificate()), List.of()),
            // by another CA
            new RootSuccession(
                List.of(next.certificate()), List.of(foreign.endorse(next.certificate()))),
            // by itself
            new RootSuccession(List.of(next.certificate()), List.of(next.certificate())),
            // for another root
            new RootSuccession(List.of(foreign.certificate()), List.of(good)),
            // one good, one bad
            new RootSuccession(List.of(next.certificate(), foreign.certificate()), List.of(good)),
            // not a CA
            new RootSuccession(
                List.of(TestIdentity.issue(next, next.certificate().getPublicKey(), now, LIFETIME)),
                List.of(good)),
            new RootSuccession(
                List.of(host.current.get().tls().certificate()),
                List.of(host.current.get().tls().certificate())))) {
      assertThatThrownBy(() -> bad.takenOver(held, now)).isInstanceOf(SigningException.class);
    }
    RootSuccession sent = new RootSuccession(List.of(next.certificate()), List.of(good));
    assertThat(sent.takenOver(held, now)).containsExactly(next.certificate());
    assertThatThrownBy(() -> sent.takenOver(held, now.plus(Duration.ofDays(101))))
        .as("not valid any more")
        .isInstanceOf(SigningException.class);
    new RootsKeeper(host.current, renewal, time)
        .take(new RootSuccession(List.of(foreign.certificate()), List.of()), Optional.empty());
    assertThat(host.current.get().roots()).isEqualTo(held);
  }

  @Test
  void aCrashAtAnyMomentOfTheWriteLeavesTheOldOrTheNewIdentity() throws Exception {
    Identity before = host.current.get();
    issuing = TestIdentity.ca("Newer", time.instant());
    time.advance(Duration.ofDays(1));
    renewal.start();
    await().untilAsserted(() -> assertThat(renewed).hasValue(1));
    Path fresh = host.store.current().toRealPath();
    // What lies on disk after each step of the write, in order: the files of the new folder one by
    // one, then the link beside, then the link in its place.
    Path replay = folder.resolve("replay");
    IdentityStore store = new IdentityStore(replay);
    store.write(before);
    Path half = Files.createDirectory(replay.resolve("0123456789abcdef"));
    for (String file : List.of("host.key", "host.crt", "ca.crt", "host-id", "controller")) {
      Files.writeString(half.resolve(file), "");
      assertThat(store.read()).contains(before);
      Files.delete(half.resolve(file));
      Files.copy(fresh.resolve(file), half.resolve(file));
      assertThat(store.read()).contains(before);
    }
    Files.createSymbolicLink(replay.resolve("0123456789abcdef.link"), half.getFileName());
    assertThat(store.read()).contains(before);
    Files.move(
        replay.resolve("0123456789abcdef.link"),
        store.current(),
        java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    assertThat(store.read()).contains(host.current.get());
    store.write(host.current.get());
    try (var files = Files.list(replay)) {
      assertThat(files).as("what was left is cleaned up").hasSize(2);
    }
  }
}
