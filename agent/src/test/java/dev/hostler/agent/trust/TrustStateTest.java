package dev.hostler.agent.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.OcspQuestion;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.TestLists;
import dev.hostler.common.signing.TestResponder;
import dev.hostler.common.time.ManualTime;
import dev.hostler.trust.bundle.Version;
import dev.hostler.trust.index.BundleVersion;
import dev.hostler.trust.index.Revoked;
import dev.hostler.trust.index.TrustIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host lets run, given what it has seen. */
class TrustStateTest {
  private static final String A = "a".repeat(64);
  private static final String B = "b".repeat(64);
  private static final Version ONE = Version.parse("1.0.0");
  private static final Version TWO = Version.parse("2.0.0");

  @TempDir Path dir;
  private final ManualTime time = new ManualTime();
  private Signer signer = null;
  private TrustState state = null;

  @BeforeEach
  void pinned() throws Exception {
    signer = Signer.create(dir.resolve("signer"), time.instant());
    signer.pinAt(dir.resolve("index-roots.pem"));
    state = open(TrustSettings.Index.REQUIRED);
  }

  private TrustState open(TrustSettings.Index index) throws IOException {
    return TrustState.open(
        dir.resolve("state"),
        new TrustSettings(
            index,
            dir.resolve("index-roots.pem"),
            Duration.ofDays(2),
            TrustSettings.Revocation.HARD,
            Duration.ofDays(1),
            TrustSettings.Running.KILL),
        time);
  }

  private Instant now() {
    return time.instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
  }

  private TrustIndex index(long number, Duration life, Revoked revoked, BundleVersion... bundles) {
    return new TrustIndex(number, now(), now().plus(life), List.of(bundles), revoked);
  }

  private TrustIndex index(long number, BundleVersion... bundles) {
    return index(number, Duration.ofDays(3), Revoked.NOTHING, bundles);
  }

  private static BundleVersion listed(Version version, String manifest, boolean yanked) {
    return new BundleVersion("web", version, manifest, yanked);
  }

  private void receive(TrustIndex index) throws Exception {
    state.update(new TrustUpdate(signer.sign(index, time.instant()), List.of(), List.of()));
  }

  private void refused(Refusal refusal, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.refusal()).as(e.getMessage()).isEqualTo(refusal));
  }

  @Test
  void aListedVersionRuns() throws Exception {
    receive(index(1, listed(ONE, A, false)));
    state.requireBundle("web", ONE, A, false);
    state.requireOperator("alice", List.of());
    assertThat(state.indexNumber()).isEqualTo(1);
  }

  @Test
  void withoutAnIndexNothingRuns() {
    refused(Refusal.INDEX_STALE, () -> state.requireBundle("web", ONE, A, false));
    refused(Refusal.INDEX_STALE, () -> state.requireOperator("alice", List.of()));
  }

  @Test
  void anIndexThatExpiredOrIsTooOldOrFromTheFuture() throws Exception {
    receive(index(1, Duration.ofHours(1), Revoked.NOTHING, listed(ONE, A, false)));
    time.advance(Duration.ofMinutes(59));
    state.requireFresh();
    time.advance(Duration.ofMinutes(1));
    refused(Refusal.INDEX_STALE, () -> state.requireBundle("web", ONE, A, false));
    receive(index(2, listed(ONE, A, false)));
    time.advance(Duration.ofDays(2));
    state.requireFresh();
    time.advance(Duration.ofSeconds(1));
    assertThatThrownBy(() -> state.requireFresh()).hasMessageContaining("max_index_age");
    TrustIndex ahead =
        new TrustIndex(
            3,
            now().plus(Duration.ofMinutes(11)),
            now().plus(Duration.ofDays(1)),
            List.of(),
            Revoked.NOTHING);
    receive(ahead);
    assertThatThrownBy(() -> state.requireFresh()).hasMessageContaining("clock");
    time.advance(Duration.ofMinutes(2));
    state.requireFresh();
  }

  @Test
  void aClockThatIsMovedBackDoesNotMakeAnIndexFreshAgain() throws Exception {
    Instant before = time.instant();
    receive(index(1, Duration.ofHours(1), Revoked.NOTHING, listed(ONE, A, false)));
    time.advance(Duration.ofHours(2));
    assertThatThrownBy(() -> state.requireFresh()).hasMessageContaining("expired");
    time.set(before.plusSeconds(60));
    assertThatThrownBy(() -> state.requireFresh())
        .hasMessageContaining("correct this host's clock");
    // A small correction is nothing to worry about.
    time.set(before.plus(Duration.ofHours(2)).minusSeconds(60));
    receive(index(2, listed(ONE, A, false)));
    state.requireBundle("web", ONE, A, false);
  }

  @Test
  void whatIsNotListedIsRefused() throws Exception {
    receive(index(1, listed(ONE, A, false)));
    refused(Refusal.BUNDLE_UNLISTED, () -> state.requireBundle("web", TWO, B, false));
    refused(Refusal.BUNDLE_UNLISTED, () -> state.requireBundle("web", ONE, B, false));
    refused(Refusal.BUNDLE_UNLISTED, () -> state.requireBundle("db", ONE, A, false));
  }

  @Test
  void yankedAndRevoked() throws Exception {
    receive(
        index(
            1,
            Duration.ofDays(1),
            new Revoked(
                new TreeSet<>(), new TreeSet<>(List.of(B)), new TreeSet<>(List.of("mallory"))),
            listed(ONE, A, true),
            listed(TWO, B, false)));
    refused(Refusal.BUNDLE_YANKED, () -> state.requireBundle("web", ONE, A, true));
    refused(Refusal.BUNDLE_REVOKED, () -> state.requireBundle("web", TWO, B, true));
    refused(Refusal.OPERATOR_REVOKED, () -> state.requireOperator("mallory", List.of()));
    state.requireOperator("alice", List.of());
  }

  @Test
  void aRevokedCertificateOfAnOperator() throws Exception {
    var certificate = signer.keys().chain().getFirst();
    String fingerprint =
        java.util.HexFormat.of()
            .formatHex(
                java.security.MessageDigest.getInstance("SHA-256")
                    .digest(certificate.getEncoded()));
    receive(
        index(
            1,
            Duration.ofDays(1),
            new Revoked(new TreeSet<>(List.of(fingerprint)), new TreeSet<>(), new TreeSet<>())));
    refused(Refusal.OPERATOR_REVOKED, () -> state.requireOperator("alice", List.of(certificate)));
  }

  @Test
  void neverGoesBackAlsoAfterARestart() throws Exception {
    TrustIndex old = index(1, listed(ONE, A, false));
    receive(index(5, listed(TWO, B, false)));
    receive(old);
    assertThat(state.indexNumber()).isEqualTo(5);
    state = open(TrustSettings.Index.REQUIRED);
    assertThat(state.indexNumber()).isEqualTo(5);
    receive(old);
    refused(Refusal.BUNDLE_UNLISTED, () -> state.requireBundle("web", ONE, A, false));
    state.requireBundle("web", TWO, B, false);
    // Another one with the same number would let two halves of a fleet disagree.
    receive(index(5, listed(ONE, A, false)));
    refused(Refusal.BUNDLE_UNLISTED, () -> state.requireBundle("web", ONE, A, false));
  }

  @Test
  void anOlderVersionOnlyIfTheJobSaysSo() throws Exception {
    receive(index(1, listed(ONE, A, false), listed(TWO, B, false)));
    state.requireBundle("web", ONE, A, false);
    state.saw("web", TWO);
    state.saw("web", ONE);
    for (int i = 0; i < 2; i++) {
      refused(Refusal.BUNDLE_OLDER, () -> state.requireBundle("web", ONE, A, false));
      state.requireBundle("web", ONE, A, true);
      state.requireBundle("web", TWO, B, false);
      state = open(TrustSettings.Index.REQUIRED); // and the same after a restart
    }
  }

  @Test
  void anotherSignerIsNotListenedTo() throws Exception {
    receive(index(1, listed(ONE, A, false)));
    Signer stranger = Signer.create(dir.resolve("stranger"), time.instant());
    state.update(
        new TrustUpdate(
            stranger.sign(index(9, listed(TWO, B, false)), time.instant()), List.of(), List.of()));
    assertThat(state.indexNumber()).isEqualTo(1);
    // The owner pins another root: what the old signer said does not count from then on.
    time.advance(Duration.ofSeconds(2));
    stranger.pinAt(dir.resolve("index-roots.pem"));
    Files.setLastModifiedTime(
        dir.resolve("index-roots.pem"), java.nio.file.attribute.FileTime.from(Instant.EPOCH));
    refused(Refusal.INDEX_STALE, () -> state.requireBundle("web", ONE, A, false));
  }

  @Test
  void withoutPinnedRootsItSaysWhereToPutThem() throws Exception {
    Files.delete(dir.resolve("index-roots.pem"));
    receive(index(1, listed(ONE, A, false)));
    assertThat(state.indexNumber()).isZero();
    refused(Refusal.INDEX_STALE, () -> state.requireFresh());
  }

  @Test
  void offAsksForNothingButStillKnowsWhatWasRevoked() throws Exception {
    state = open(TrustSettings.Index.OFF);
    state.requireBundle("web", ONE, A, false);
    receive(
        index(
            1,
            Duration.ofHours(1),
            new Revoked(new TreeSet<>(), new TreeSet<>(List.of(B)), new TreeSet<>())));
    time.advance(Duration.ofDays(30));
    refused(Refusal.BUNDLE_REVOKED, () -> state.requireBundle("web", TWO, B, false));
    state.requireBundle("web", ONE, A, false);
    state.saw("web", TWO);
    refused(Refusal.BUNDLE_OLDER, () -> state.requireBundle("web", ONE, A, false));
  }

  @Test
  void listenersHearOfWhatIsNewOnly() throws Exception {
    AtomicInteger heard = new AtomicInteger();
    state.onChange(heard::incrementAndGet);
    List<Long> generations = new ArrayList<>();
    generations.add(state.generation());
    TrustIndex one = index(1);
    var signed = signer.sign(one, time.instant());
    state.update(new TrustUpdate(signed, List.of(), List.of()));
    generations.add(state.generation());
    state.update(new TrustUpdate(signed, List.of(), List.of()));
    generations.add(state.generation());
    assertThat(heard).hasValue(1);
    assertThat(generations).containsExactly(0L, 1L, 1L);
  }

  @Test
  void whatRevocationIsJudgedByStaysTheSameUntilSomethingNewComes() throws Exception {
    RevocationPolicy none = state.revocation();
    assertThat(state.revocation()).isSameAs(none);
    TrustIndex one = index(1);
    var signed = signer.sign(one, time.instant());
    state.update(new TrustUpdate(signed, List.of(), List.of()));
    RevocationPolicy first = state.revocation();
    assertThat(first).isNotSameAs(none);
    state.update(new TrustUpdate(signed, List.of(), List.of()));
    assertThat(state.revocation()).isSameAs(first);
  }

  @Test
  void aListOfTheRootRevokesTheIndexSignerAlsoAfterARestart() throws Exception {
    receive(index(1, listed(ONE, A, false)));
    CertificateAuthority root =
        new CertificateAuthority(
            Pem.privateKey(dir.resolve("signer/root.key")),
            Pem.certificates(dir.resolve("signer/root.crt")).getFirst());
    X509CRL empty = TestLists.of(root, now(), now().plus(Duration.ofHours(2)));
    state.update(new TrustUpdate(null, List.of(empty.getEncoded(), new byte[] {7}), List.of()));
    assertThat(state.generation()).isEqualTo(2);
    state.requireBundle("web", ONE, A, false);
    time.advance(Duration.ofMinutes(1));
    X509CRL revoking =
        TestLists.of(
            root,
            now(),
            now().plus(Duration.ofHours(1)),
            Pem.certificates(dir.resolve("signer/signer.crt")).getFirst());
    state.update(new TrustUpdate(null, List.of(revoking.getEncoded()), List.of()));
    refused(Refusal.INDEX_STALE, () -> state.requireBundle("web", ONE, A, false));
    state.update(new TrustUpdate(null, List.of(empty.getEncoded()), List.of()));
    state = open(TrustSettings.Index.REQUIRED);
    refused(Refusal.INDEX_STALE, () -> state.requireBundle("web", ONE, A, false));
    receive(index(2, listed(ONE, A, false)));
    assertThat(state.indexNumber()).isEqualTo(1);
  }

  @Test
  void anOcspAnswerRevokesTheIndexSignerAlsoAfterARestart() throws Exception {
    receive(index(1, listed(ONE, A, false)));
    var key = Pem.privateKey(dir.resolve("signer/root.key"));
    var root = Pem.certificates(dir.resolve("signer/root.crt")).getFirst();
    var leaf = Pem.certificates(dir.resolve("signer/signer.crt")).getFirst();
    var responder = new TestResponder(key, root);
    byte[] question = new OcspQuestion(leaf, root).encoded();
    Instant next = now().plus(Duration.ofHours(1));
    byte[] good = responder.answer(question, false, true, now(), next);
    state.update(new TrustUpdate(null, List.of(), List.of(good, new byte[] {7})));
    state.requireBundle("web", ONE, A, false);
    byte[] bad = responder.answer(question, true, true, now(), next);
    state.update(new TrustUpdate(null, List.of(), List.of(bad)));
    refused(Refusal.INDEX_STALE, () -> state.requireBundle("web", ONE, A, false));
    state = open(TrustSettings.Index.REQUIRED);
    refused(Refusal.INDEX_STALE, () -> state.requireBundle("web", ONE, A, false));
  }

  @Test
  void aDamagedStateIsNotTakenForNone() throws Exception {
    receive(index(5));
    Path file = dir.resolve("state/index");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> open(TrustSettings.Index.REQUIRED)).hasMessageContaining("damaged");
  }
}
