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
  private Enrollment enrollment;

  @BeforeEach
  void open() throws Exception {
    FleetCa ca = FleetCa.openOrMake(folder.resolve("ca"), clock);
    hosts = new HostService(DB.database(), new HostStore(), audit, NONE, clock);
    tokens = new JoinTokens(DB.database(), store, audit, ca, clock);
    enrollment =
        new Enrollment(
            DB.database(),
            store,
            hosts,
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
    return enrollment.enroll(token, name, csr, HostFacts.NONE, Map.of("own", "agent"));
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
}
