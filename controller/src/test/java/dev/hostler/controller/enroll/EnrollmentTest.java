package dev.hostler.controller.enroll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.time.ManualTime;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditEntry;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.failure.RequestException.Kind;
import dev.hostler.controller.host.HostCertificateStore;
import dev.hostler.controller.host.HostCertificates;
import dev.hostler.controller.host.HostConnections;
import dev.hostler.controller.host.HostFacts;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.host.HostStore;
import dev.hostler.controller.trust.AgentCertificates;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.controller.trust.PeerNames;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class EnrollmentTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private static final HostConnections NONE =
      new HostConnections() {
        @Override
        public java.util.Collection<UUID> connected() {
          return java.util.List.of();
        }

        @Override
        public boolean isConnected(UUID hostId) {
          return false;
        }

        @Override
        public void disconnect(UUID hostId) {}
      };

  @TempDir Path folder;
  private final ManualTime clock = new ManualTime();
  private final AuditStore audit = new AuditStore(clock);
  private final TokenStore store = new TokenStore();
  private HostService hosts;
  private JoinTokens tokens;
  private Enrolments enrolments;
  private Enrollment enrollment;

  @BeforeEach
  void open() throws Exception {
    FleetCa ca = FleetCa.openOrMake(folder.resolve("ca"), clock);
    hosts = new HostService(DB.database(), new HostStore(), audit, NONE, clock);
    tokens = new JoinTokens(DB.database(), store, audit, ca, clock);
    enrolments = new Enrolments(DB.database(), new EnrolmentStore(), audit, clock);
    enrollment =
        new Enrollment(
            DB.database(),
            store,
            hosts,
            enrolments,
            new HostCertificates(DB.database(), new HostCertificateStore()),
            audit,
            new AgentCertificates(ca, Duration.ofDays(1)),
            clock);
  }

  private static byte[] csr() throws Exception {
    return CertificateRequest.create(KeyAlgorithm.EC_P256.generate(), "x");
  }

  private JoinTokens.Made token(int uses) {
    return tokens.create("ann", uses, Duration.ofHours(1), Map.of("from", "token"));
  }

  private Enrollment.Joined enroll(String token, String name, byte[] csr) {
    return (Enrollment.Joined) ask(token, name, csr, "10.1.2.3");
  }

  private Enrollment.Answer ask(String token, String name, byte[] csr, String address) {
    return enrollment.enroll(
        new Enrollment.Request(
            token,
            name,
            csr,
            HostFacts.NONE,
            Map.of("own", "agent"),
            InetAddress.ofLiteral(address)));
  }

  private void refused(Kind kind, String message, String token, String name, byte[] csr) {
    assertThatThrownBy(() -> enroll(token, name, csr))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind))
        .hasMessageContaining(message);
  }

  private int used(String id) {
    return tokens.list(null, 1000).stream()
        .filter(token -> token.id().equals(id))
        .findFirst()
        .orElseThrow()
        .used();
  }

  @Test
  void aHostJoins() throws Exception {
    JoinTokens.Made token = token(2);
    Enrollment.Joined joined = enroll(token.written(), "Join-1", csr());
    assertThat(PeerNames.hostId(joined.certificate())).contains(joined.hostId());
    assertThat(hosts.get("join-1").id()).isEqualTo(joined.hostId());
    assertThat(hosts.get("join-1").labels()).isEqualTo(Map.of("from", "token", "own", "agent"));
    assertThat(used(token.token().id())).isEqualTo(1);
    List<AuditEntry> rows = DB.database().transact(tx -> audit.list(tx, OptionalLong.empty(), 1));
    assertThat(rows.getFirst().verb()).isEqualTo("host.enroll");
    assertThat(rows.getFirst().actor()).isEqualTo(Actor.host(joined.hostId()));
    assertThat(rows.getFirst().details())
        .contains(token.token().id())
        .doesNotContain(token.written().split("\\.")[2]);
  }

  @Test
  void theSameHostThatAsksAgainKeepsItsIdAndUsesNothing() throws Exception {
    JoinTokens.Made token = token(1);
    byte[] csr = csr();
    Enrollment.Joined first = enroll(token.written(), "again", csr);
    Enrollment.Joined second = enroll(token.written(), "again", csr);
    assertThat(second.hostId()).isEqualTo(first.hostId());
    assertThat(second.certificate()).isNotEqualTo(first.certificate());
    assertThat(used(token.token().id())).isEqualTo(1);
  }

  @Test
  void eachBadTokenIsRefusedWithItsReason() throws Exception {
    byte[] csr = csr();
    JoinTokens.Made token = token(5);
    String text = token.written();
    refused(Kind.UNAUTHENTICATED, "is unknown: it is not of the form", "rubbish", "n1", csr);
    String[] parts = text.split("\\.");
    String otherSecret = (parts[2].startsWith("A") ? "B" : "A") + parts[2].substring(1);
    refused(
        Kind.UNAUTHENTICATED,
        "is unknown: this fleet has none",
        String.join(".", parts[0], parts[1], otherSecret, parts[3]),
        "n1",
        csr);
    refused(
        Kind.UNAUTHENTICATED,
        "is unknown: it is for another fleet",
        String.join(".", parts[0], parts[1], parts[2], "A".repeat(43)),
        "n1",
        csr);
    tokens.revoke("ann", token.token().id());
    refused(Kind.UNAUTHENTICATED, "was revoked at 2026-01-01", text, "n1", csr);
    JoinTokens.Made single = token(1);
    enroll(single.written(), "n2", csr());
    refused(Kind.UNAUTHENTICATED, "is used up: it was good for 1", single.written(), "n1", csr);
    JoinTokens.Made old = token(1);
    clock.advance(Duration.ofHours(1));
    refused(Kind.UNAUTHENTICATED, "expired at 2026-01-01T01:00", old.written(), "n1", csr);
    assertThatThrownBy(() -> hosts.get("n1")).isInstanceOf(RequestException.class);
  }

  @Test
  void aTakenNameIsRefusedAndTheTokenKeepsItsUse() throws Exception {
    JoinTokens.Made token = token(5);
    enroll(token.written(), "taken", csr());
    refused(Kind.ALREADY_EXISTS, "host_name: \"taken\"", token.written(), "TAKEN", csr());
    assertThat(used(token.token().id())).isEqualTo(1);
  }

  @Test
  void aBadRequestIsRefusedByItsField() throws Exception {
    String token = token(5).written();
    refused(Kind.INVALID, "host_name: \"no good\"", token, "no good", csr());
    refused(Kind.INVALID, "csr: ", token, "name", new byte[] {1, 2, 3});
    byte[] broken = csr();
    broken[broken.length - 1] ^= 1;
    refused(Kind.INVALID, "csr: ", token, "name", broken);
    KeyPair ed = KeyAlgorithm.ED25519.generate();
    refused(Kind.INVALID, "use a P-256 key", token, "name", CertificateRequest.create(ed, "x"));
  }

  @Test
  void aTokenIsNotUsedMoreOftenThanItIsGoodFor() throws Exception {
    JoinTokens.Made token = token(3);
    List<Future<?>> all = new ArrayList<>();
    int joined = 0;
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 10; i++) {
        String name = "race" + i;
        byte[] csr = csr();
        all.add(pool.submit(() -> enroll(token.written(), name, csr)));
      }
    }
    for (Future<?> one : all) {
      joined += one.state() == Future.State.SUCCESS ? 1 : 0;
    }
    assertThat(joined).isEqualTo(3);
    assertThat(used(token.token().id())).isEqualTo(3);
  }

  @Test
  void tokensAreListedNewestFirstWithoutSecretsAndOnlyTheirHashIsStored() {
    clock.advance(Duration.ofDays(1));
    JoinTokens.Made first = token(1);
    clock.advance(Duration.ofSeconds(1));
    JoinTokens.Made second = token(1);
    assertThat(tokens.list(null, 2)).containsExactly(second.token(), first.token());
    assertThat(tokens.list(second.token().id(), 1)).containsExactly(first.token());
    String secret = first.written().split("\\.")[2];
    assertThat(first.toString()).doesNotContain(secret);
    String rows =
        DB.database()
            .transact(tx ->
                tx.handle()
                    .createQuery("SELECT string_agg(t::text, ' ') FROM tokens t")
                    .mapTo(String.class)
                    .one());
    assertThat(rows).contains(first.token().id()).doesNotContain(secret);
  }

  @Test
  void tokensAreCheckedAndRevokedOnce() {
    assertThatThrownBy(() -> tokens.create("a", 0, Duration.ofHours(1), Map.of()))
        .hasMessageStartingWith("uses: \"0\"");
    assertThatThrownBy(() -> tokens.create("a", 1, Duration.ofDays(31), Map.of()))
        .hasMessageStartingWith("ttl: ");
    assertThatThrownBy(() -> tokens.create("a", 1, Duration.ofHours(1), Map.of("A", "")))
        .hasMessageStartingWith("labels: \"A\"");
    JoinTokens.Made token = token(1);
    JoinToken revoked = tokens.revoke("ann", token.token().id());
    clock.advance(Duration.ofMinutes(1));
    assertThat(tokens.revoke("ann", token.token().id()).revokedAt())
        .isEqualTo(revoked.revokedAt())
        .isNotNull();
    assertThatThrownBy(() -> tokens.revoke("ann", "0".repeat(16)))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("token_id: \"0000");
  }

  private JoinTokens.Made bound(String range, String key, boolean approve, int uses) {
    return tokens.create(
        "ann", uses, Duration.ofHours(1), Map.of(), TokenBinding.parse(range, key, approve));
  }

  private List<String> verbs() {
    return DB.database().transact(tx -> audit.list(tx, OptionalLong.empty(), 3)).stream()
        .map(AuditEntry::verb)
        .toList();
  }

  @Test
  void aTokenMayBeBoundToAnAddressRange() throws Exception {
    String four = bound("10.1.0.0/16", "", false, 2).written();
    String six = bound("2001:db8::/32", "", false, 2).written();
    String one = bound("192.0.2.7", "", false, 2).written();
    byte[] csr = csr();
    for (String[] wrong :
        new String[][] {
          {four, "10.2.0.1"},
          {four, "2001:db8::1"},
          {six, "2001:db9::1"},
          {six, "10.1.2.3"},
          {one, "192.0.2.8"}
        }) {
      assertThatThrownBy(() -> ask(wrong[0], "bound", csr, wrong[1]))
          .as(String.join(" ", wrong))
          .isInstanceOfSatisfying(
              RequestException.class, e -> assertThat(e.kind()).isEqualTo(Kind.PERMISSION_DENIED))
          .hasMessageContaining("connects from ");
    }
    assertThat(verbs()).containsOnly("host.refuse");
    assertThat(ask(four, "bound-4", csr(), "10.1.255.255")).isInstanceOf(Enrollment.Joined.class);
    assertThat(ask(four, "bound-mapped", csr(), "::ffff:10.1.0.1"))
        .isInstanceOf(Enrollment.Joined.class);
    assertThat(ask(six, "bound-6", csr(), "2001:db8:ffff::1"))
        .isInstanceOf(Enrollment.Joined.class);
    assertThat(ask(one, "bound-1", csr(), "192.0.2.7")).isInstanceOf(Enrollment.Joined.class);
    for (String bad :
        List.of("10.1.0.0/33", "10.1.2.3/16", "example.org", "10.1.0.0/x", "/8", "10/-1")) {
      assertThatThrownBy(() -> bound(bad, "", false, 1))
          .as(bad)
          .hasMessageStartingWith("address_range: \"" + bad);
    }
  }

  @Test
  void aTokenMayBeBoundToAKey() throws Exception {
    KeyPair expected = KeyAlgorithm.EC_P256.generate();
    String fingerprint =
        dev.hostler.controller.trust.AgentCertificates.fingerprint(expected.getPublic());
    String colons = fingerprint.toUpperCase(java.util.Locale.ROOT).replaceAll("..(?!$)", "$0:");
    String token = bound("", colons, false, 1).written();
    refused(
        Kind.PERMISSION_DENIED, "is for the host with the key " + fingerprint, token, "k", csr());
    assertThat(enroll(token, "k", CertificateRequest.create(expected, "x")).hostId()).isNotNull();
    assertThatThrownBy(() -> bound("", "abc", false, 1))
        .hasMessageStartingWith("key_fingerprint: \"abc\"");
  }

  @Test
  void aHostWaitsUntilAnOperatorLetsItIn() throws Exception {
    String token = bound("", "", true, 2).written();
    byte[] csr = csr();
    Enrollment.Waiting waiting = (Enrollment.Waiting) ask(token, "Wait-1", csr, "10.1.2.3");
    assertThat(waiting.retryAfter()).isPositive();
    assertThat(ask(token, "wait-1", csr, "10.1.2.4")).isEqualTo(waiting);
    EnrolmentRequest request =
        enrolments.list(false, null, 100).stream()
            .filter(one -> one.id().equals(waiting.enrolmentId()))
            .findFirst()
            .orElseThrow();
    assertThat(request.hostName()).isEqualTo("wait-1");
    assertThat(request.address()).isEqualTo("10.1.2.4");
    assertThatThrownBy(() -> hosts.get("wait-1")).isInstanceOf(RequestException.class);
    assertThatThrownBy(() -> enrolments.approve("bob", "wait-1", "00".repeat(32)))
        .hasMessageContaining(request.keyFingerprint());
    assertThat(enrolments.approve("bob", "wait-1", request.keyFingerprint()).state())
        .isEqualTo(EnrolmentRequest.State.APPROVED);
    assertThat(enrolments.approve("bob", request.id().toString(), "").decidedBy()).isEqualTo("bob");
    assertThatThrownBy(() -> enrolments.deny("eve", request.id().toString()))
        .hasMessageContaining("approved already, decided by bob");
    Enrollment.Joined joined = enroll(token, "wait-1", csr);
    assertThat(hosts.get("wait-1").id()).isEqualTo(joined.hostId());
    assertThat(enroll(token, "wait-1", csr).hostId()).as("asks again").isEqualTo(joined.hostId());
    assertThat(verbs()).containsExactly("host.enroll", "host.enroll", "host.approve");
    assertThat(enrolments.list(true, null, 100))
        .anyMatch(
            one -> one.id().equals(request.id()) && one.state() == EnrolmentRequest.State.JOINED);

    // Removed: the token does not bring it back.
    hosts.remove(Actor.operator("bob"), "wait-1");
    refused(Kind.PERMISSION_DENIED, "was removed since", token, "wait-1", csr);

    // As many may wait as the token has uses left; who is denied makes room.
    byte[] second = csr();
    ask(token, "wait-2", second, "10.1.2.3");
    refused(Kind.EXHAUSTED, "wait for approval", token, "wait-3", csr());
    enrolments.deny("bob", "wait-2");
    refused(Kind.PERMISSION_DENIED, "operator bob denied", token, "wait-2", second);
    assertThat(ask(token, "wait-3", csr(), "10.1.2.3")).isInstanceOf(Enrollment.Waiting.class);
    assertThatThrownBy(() -> enrolments.approve("bob", "nobody", ""))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
  }
}
