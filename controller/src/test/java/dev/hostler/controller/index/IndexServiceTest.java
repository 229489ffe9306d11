package dev.hostler.controller.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.TestLists;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.link.EngineFixture;
import dev.hostler.controller.link.ScriptedAgent;
import dev.hostler.controller.link.TestBundles;
import dev.hostler.controller.link.TestJob;
import dev.hostler.controller.link.TrustFrames;
import dev.hostler.controller.revocation.ListFetcher;
import dev.hostler.controller.revocation.Revocation.Kind;
import dev.hostler.controller.revocation.RevocationConfig;
import dev.hostler.controller.revocation.Revocations;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.index.TrustIndex;
import dev.hostler.trust.job.JobWork;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Drafting, pushing and handing out of the index, and what revocation does to it. */
class IndexServiceTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private static final TimeSource TIME = TimeSource.system();
  private static final Actor CI = Actor.operator("ci");

  @TempDir Path folder;
  private EngineFixture engine;
  private Revocations revocations;
  private IndexService indexes;
  private ListFetcher lists;
  private SigningKeys keys;
  private TestBundles made;

  @BeforeEach
  void start() throws Exception {
    Database database = DB.database();
    database.execute(tx -> tx.handle().execute("TRUNCATE indexes, revocations, bundles CASCADE"));
    engine = new EngineFixture(database);
    revocations = new Revocations(database, engine.audit, TIME);
    indexes = new IndexService(database, engine.bundles, revocations, engine.audit, TIME);
    lists =
        new ListFetcher(
            new RevocationConfig(
                List.of(folder.resolve("ca.crl").toString(), folder.resolve("no.crl").toString()),
                List.of(),
                Duration.ofSeconds(1)),
            TIME);
    lists.onChange(engine.sessions::trustChanged);
    engine.sessions.tellTrust(new TrustFrames(indexes, lists::current, List::of));
    indexes.onChange(engine.sessions::trustChanged);
    revocations.start();
    indexes.start();
    keys =
        SigningKeys.create(
            folder.resolve("k"),
            "test",
            "index",
            KeyPurpose.INDEX_SIGNER,
            KeyAlgorithm.EC_P256,
            TIME.instant());
    made = new TestBundles(Files.createDirectory(folder.resolve("b")));
  }

  @AfterEach
  void stop() throws Exception {
    lists.close();
    indexes.close();
    revocations.close();
    engine.close();
  }

  private StoredBundle bundle(String version) throws Exception {
    Path file = made.signed("web", version, 10);
    try (var upload = engine.bundles.begin(Files.size(file))) {
      upload.append(ByteBuffer.wrap(Files.readAllBytes(file)));
      return upload.finish("bob", _ -> {});
    }
  }

  private SignedIndex sign(TrustIndex index) throws Exception {
    return SignedIndex.sign(index, keys, TIME.instant());
  }

  private StoredIndex draftAndPush() throws Exception {
    return indexes.push(sign(indexes.draft(Duration.ofHours(1))), CI);
  }

  private static void refused(
      RequestException.Kind kind,
      String word,
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(RequestException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(word);
  }

  private List<String> verbs() {
    return DB
        .database()
        .transact(tx -> new AuditStore(TIME).list(tx, java.util.OptionalLong.empty(), 1000))
        .stream()
        .map(entry -> entry.verb())
        .toList();
  }

  @Test
  void aDraftSaysWhatIsThere() throws Exception {
    StoredBundle one = bundle("1.0.0");
    StoredBundle two = bundle("1.1.0");
    revocations.revoke(Kind.YANK, one.digest(), "broken", "sec");
    revocations.revoke(Kind.OPERATOR, "mallory", "left", "sec");
    revocations.revoke(Kind.CERTIFICATE, "ab".repeat(32), "stolen", "sec");
    TrustIndex draft = indexes.draft(Duration.ofHours(1));
    assertThat(draft.number()).isEqualTo(1);
    assertThat(Duration.between(draft.issued(), draft.expires())).isEqualTo(Duration.ofHours(1));
    assertThat(draft.bundles().stream().map(b -> b.version() + " " + b.manifest() + b.yanked()))
        .containsExactly("1.0.0 " + one.digest() + "true", "1.1.0 " + two.digest() + "false");
    assertThat(draft.revoked().operators()).containsExactly("mallory");
    assertThat(draft.revoked().certificates()).containsExactly("ab".repeat(32));
    revocations.lift(one.digest(), "sec");
    assertThat(indexes.draft(Duration.ofHours(1)).bundles().getFirst().yanked()).isFalse();
    refused(RequestException.Kind.INVALID, "life", () -> indexes.draft(Duration.ofSeconds(59)));
    refused(RequestException.Kind.INVALID, "life", () -> indexes.draft(Duration.ofDays(93)));
  }

  @Test
  void onlyForwards() throws Exception {
    TrustIndex first = indexes.draft(Duration.ofHours(1));
    SignedIndex signed = sign(first);
    indexes.push(signed, CI);
    assertThat(indexes.current()).isNotNull();
    assertThat(indexes.push(signed, CI).index()).isEqualTo(first); // again is fine
    refused(
        RequestException.Kind.FAILED_PRECONDITION, "number", () -> indexes.push(sign(first), CI));
    StoredIndex second = draftAndPush();
    assertThat(second.index().number()).isEqualTo(2);
    assertThat(second.pushedBy()).isEqualTo("operator:ci");
    refused(RequestException.Kind.FAILED_PRECONDITION, "number", () -> indexes.push(signed, CI));
    assertThat(verbs()).filteredOn("index.push"::equals).hasSize(2);
  }

  @Test
  void badIndexes() throws Exception {
    TrustIndex draft = indexes.draft(Duration.ofHours(1));
    SignedIndex signed = sign(draft);
    refused(
        RequestException.Kind.INVALID,
        "SIGNATURE_MALFORMED",
        () -> indexes.push(new SignedIndex(signed.statement(), new byte[3]), CI));
    byte[] other = draft.canonicalJson();
    other[other.length - 2] ^= 1;
    refused(
        RequestException.Kind.INVALID,
        "SIGNATURE_INVALID",
        () -> indexes.push(new SignedIndex(other, signed.signature()), CI));
    Instant past = draft.issued().minus(Duration.ofMinutes(30));
    TrustIndex expired =
        new TrustIndex(9, past, past.plus(Duration.ofMinutes(1)), draft.bundles(), draft.revoked());
    refused(
        RequestException.Kind.FAILED_PRECONDITION,
        "expired",
        () -> indexes.push(sign(expired), CI));
  }

  @Test
  void aRevocationCannotBeLeftOut() throws Exception {
    StoredBundle bundle = bundle("1.0.0");
    SignedIndex before = sign(indexes.draft(Duration.ofHours(1)));
    revocations.revoke(Kind.YANK, bundle.digest(), "", "sec");
    refused(RequestException.Kind.FAILED_PRECONDITION, "again", () -> indexes.push(before, CI));
    SignedIndex between = sign(indexes.draft(Duration.ofHours(1)));
    revocations.revoke(Kind.OPERATOR, "mallory", "", "sec");
    refused(RequestException.Kind.FAILED_PRECONDITION, "again", () -> indexes.push(between, CI));
    assertThat(draftAndPush().index().revoked().operators()).containsExactly("mallory");
  }

  @Test
  void badRevocations() {
    refused(
        RequestException.Kind.INVALID,
        "SHA-256",
        () -> revocations.revoke(Kind.CERTIFICATE, "AB".repeat(32), "", "sec"));
    refused(
        RequestException.Kind.INVALID,
        "reason",
        () -> revocations.revoke(Kind.OPERATOR, "x", "y".repeat(501), "sec"));
    refused(
        RequestException.Kind.NOT_FOUND,
        "not yanked",
        () -> revocations.lift("ab".repeat(32), "sec"));
    revocations.revoke(Kind.OPERATOR, "x", "first", "sec");
    assertThat(revocations.revoke(Kind.OPERATOR, "x", "second", "sec").reason()).isEqualTo("first");
    assertThat(verbs()).filteredOn("operator.revoke"::equals).isNotEmpty();
  }

  @Test
  void hostsAreToldWhenTheyConnectAndWhenItChanges() throws Exception {
    UUID host = engine.host("h-" + UUID.randomUUID());
    draftAndPush();
    try (ScriptedAgent agent = engine.connect(host)) {
      ControllerFrame first = agent.await(ControllerFrame::hasTrust);
      assertThat(TrustIndex.read(first.getTrust().getIndex().getStatement().toByteArray()).number())
          .isEqualTo(1);
      StoredIndex second = draftAndPush();
      ControllerFrame next = agent.await(ControllerFrame::hasTrust);
      assertThat(next.getTrust().getIndex().getSignature().toByteArray())
          .isEqualTo(second.signed().signature());
    }
  }

  @Test
  void revocationListsReachHosts() throws Exception {
    var authority =
        dev.hostler.common.signing.CertificateAuthority.create(
            "ca",
            KeyAlgorithm.EC_P256,
            TIME.instant().minusSeconds(60),
            TIME.instant().plusSeconds(3600));
    Instant now = TIME.instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    byte[] first = TestLists.of(authority, now.minusSeconds(9), now.plusSeconds(60)).getEncoded();
    byte[] second = TestLists.of(authority, now, now.plusSeconds(60)).getEncoded();
    UUID host = engine.host("h-" + UUID.randomUUID());
    Files.write(folder.resolve("ca.crl"), first);
    lists.start();
    await().until(() -> lists.current().size() == 1);
    try (ScriptedAgent agent = engine.connect(host)) {
      assertThat(crls(agent)).containsExactly(com.google.protobuf.ByteString.copyFrom(first));
      Files.write(folder.resolve("ca.crl"), second);
      assertThat(crls(agent)).containsExactly(com.google.protobuf.ByteString.copyFrom(second));
      Files.write(folder.resolve("ca.crl"), new byte[] {1}); // broken: the last good one stays
      Files.write(folder.resolve("no.crl"), first);
      assertThat(crls(agent)).hasSize(2);
    }
  }

  private static List<com.google.protobuf.ByteString> crls(ScriptedAgent agent) {
    return agent.await(ControllerFrame::hasTrust).getTrust().getCrlsList();
  }

  @Test
  void anotherControllerHears() throws Exception {
    try (var others = new Revocations(DB.database(), engine.audit, TIME);
        var other = new IndexService(DB.database(), engine.bundles, others, engine.audit, TIME)) {
      others.start();
      other.start();
      revocations.revoke(Kind.OPERATOR, "mallory", "", "sec");
      await().until(() -> others.current().operators().contains("mallory"));
      StoredIndex pushed = draftAndPush();
      await().until(() -> other.current() != null && other.current().equals(pushed));
    }
  }

  @Test
  void aDelegatedKeySignsWhatChanges() throws Exception {
    try (var signer =
        new DelegatedSigner(
            indexes,
            folder.resolve("k/signer.crt"),
            folder.resolve("k/signer.key"),
            Duration.ofHours(1),
            TIME)) {
      revocations.onChange(_ -> signer.signNow());
      engine.bundles.onStored(signer::signNow);
      signer.start();
      await().until(() -> indexes.current() != null);
      bundle("1.0.0");
      await().until(() -> indexes.current().index().bundles().size() == 1);
      revocations.revoke(Kind.OPERATOR, "mallory", "", "sec");
      await().until(() -> indexes.current().index().revoked().operators().contains("mallory"));
      long number = indexes.current().index().number();
      signer.signIfNeeded(); // nothing has changed
      assertThat(indexes.current().index().number()).isEqualTo(number);
      assertThat(indexes.current().pushedBy()).isEqualTo("system");
    }
  }

  @Test
  void whatWasPushedToAnotherControllerIsToldBeforeTheJobThatNeedsIt() throws Exception {
    // A controller that no notice reaches for now; `indexes` are another's.
    IndexService deaf =
        new IndexService(DB.database(), engine.bundles, revocations, engine.audit, TIME);
    deaf.onChange(engine.sessions::trustChanged);
    engine.sessions.tellTrust(new TrustFrames(deaf, List::of, List::of));
    UUID host = engine.host("deaf.example");
    try (ScriptedAgent agent = engine.connect(host)) {
      agent.slots(4);
      for (String version : List.of("1.0.0", "1.1.0")) {
        StoredBundle bundle = bundle(version);
        StoredIndex pushed = draftAndPush();
        TestJob job =
            new TestJob(
                TIME.instant(),
                new JobWork.Action("web", version, "greet", bundle.digest(), "{\"name\":\"ann\"}"));
        engine.submit(job, List.of("deaf.example"));
        ControllerFrame first = agent.await(frame -> frame.hasTrust() || frame.hasAssignment());
        assertThat(first.hasTrust()).isTrue();
        assertThat(first.getTrust().getIndex().getStatement().toByteArray())
            .isEqualTo(pushed.signed().statement());
        agent.awaitAssignment();
      }
      assertThat(agent.others()).noneMatch(ControllerFrame::hasTrust);
    }
  }
}
