package dev.hostler.controller.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.time.ManualTime;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditEntry;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.failure.RequestException.Kind;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostServiceTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private static final Actor ANN = Actor.operator("ann");
  private static final HostFacts FACTS =
      new HostFacts(
          "h",
          "debian",
          "12",
          "Debian 12",
          "6.1",
          "x86_64",
          4,
          1L << 33,
          List.of("10.0.0.1"),
          "1",
          "v2",
          new ManualTime().instant(),
          java.util.List.of(),
          java.util.Map.of("pids", 7L));

  private final ManualTime clock = new ManualTime();
  private final Set<UUID> connected = new HashSet<>();
  private final HostStore store = new HostStore();
  private final AuditStore audit = new AuditStore(clock);
  private final HostService hosts =
      new HostService(
          DB.database(),
          store,
          audit,
          new HostConnections() {
            @Override
            public java.util.Collection<UUID> connected() {
              return java.util.List.of();
            }

            @Override
            public boolean isConnected(UUID hostId) {
              return connected.contains(hostId);
            }

            @Override
            public void disconnect(UUID hostId) {
              connected.remove(hostId);
            }
          },
          clock);

  @BeforeAll
  static void token() {
    DB.database()
        .execute(tx ->
            tx.handle()
                .execute(
                    """
                    INSERT INTO tokens (id, secret_hash, uses, created_at, created_by, expires_at)
                    VALUES ('t', decode(repeat('00', 32), 'hex'), 9, now(), 'x', now())
                    """));
  }

  private UUID add(String name, Map<String, String> token, Map<String, String> agent) {
    UUID id = UUID.randomUUID();
    boolean added =
        DB.database()
            .transact(tx ->
                hosts.add(
                    tx,
                    new NewHost(
                        id,
                        name,
                        clock.instant(),
                        "t",
                        new HostCertificate(
                            "01",
                            "00".repeat(32),
                            clock.instant(),
                            "00".repeat(32),
                            Optional.empty()),
                        FACTS),
                    token,
                    agent));
    assertThat(added).isTrue();
    return id;
  }

  private AuditEntry lastAudit() {
    List<AuditEntry> rows = DB.database().transact(tx -> audit.list(tx, OptionalLong.empty(), 1));
    return rows.getFirst();
  }

  @Test
  void aHostIsFoundByIdAndByNameInAnyCase() {
    UUID id = add("web1.example", Map.of(), Map.of());
    Host host = hosts.get(id.toString());
    assertThat(host).isEqualTo(hosts.get("WEB1.example"));
    assertThat(host.facts()).isEqualTo(FACTS);
    assertThat(host.lastSeenAt()).isNull();
    assertThat(hosts.find(UUID.randomUUID())).isEmpty();
    assertThatThrownBy(() -> hosts.get("nobody"))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
        .hasMessageContaining("host: \"nobody\"");
    assertThatThrownBy(() -> hosts.get(UUID.randomUUID().toString()))
        .isInstanceOf(RequestException.class);
  }

  @Test
  void laterOriginsOfLabelsWinAndOperatorsCanHideThem() {
    UUID id =
        add(
            "labels",
            Map.of("a", "token", "b", "token", "c", "token"),
            Map.of("b", "agent", "c", "agent", "BAD KEY", "x"));
    Host set = hosts.label(ANN, "labels", Map.of("c", "operator"), List.of());
    assertThat(set.labels()).isEqualTo(Map.of("a", "token", "b", "agent", "c", "operator"));
    Host hidden = hosts.label(ANN, "labels", Map.of(), List.of("b", "c"));
    assertThat(hidden.labels()).isEqualTo(Map.of("a", "token"));
    hosts.reported(id, FACTS, Map.of("b", "new", "d", "agent"));
    assertThat(hosts.get("labels").labels()).isEqualTo(Map.of("a", "token", "d", "agent"));
    assertThat(hosts.label(ANN, "labels", Map.of("b", "back"), List.of("none")).labels())
        .isEqualTo(Map.of("a", "token", "b", "back", "d", "agent"));
    assertThat(lastAudit().verb()).isEqualTo("host.label");
    assertThat(lastAudit().actor()).isEqualTo(ANN);
    assertThat(lastAudit().details())
        .isEqualTo("{\"name\":\"labels\",\"remove\":[\"none\"],\"set\":{\"b\":\"back\"}}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "-a", "a-", "a b", "ä"})
  void badLabelKeysAreRefusedByName(String key) {
    add("bad" + Integer.toHexString(key.hashCode()), Map.of(), Map.of());
    assertThatThrownBy(() ->
            hosts.label(
                ANN, "bad" + Integer.toHexString(key.hashCode()), Map.of(key, "v"), List.of()))
        .hasMessageStartingWith("set: \"" + key + "\"");
  }

  @Test
  void badLabelValuesAndContradictionsAreRefused() {
    add("values", Map.of(), Map.of());
    assertThatThrownBy(() -> hosts.label(ANN, "values", Map.of("k", "x".repeat(256)), List.of()))
        .hasMessageStartingWith("set[k]: ");
    assertThatThrownBy(() -> hosts.label(ANN, "values", Map.of("k", "a\nb"), List.of()))
        .hasMessageStartingWith("set[k]: ");
    assertThatThrownBy(() -> hosts.label(ANN, "values", Map.of("k", "v"), List.of("k")))
        .hasMessageStartingWith("remove: \"k\"");
    assertThat(hosts.get("values").labels()).isEmpty();
  }

  @Test
  void hostsAreListedByNameInPagesAsTheSelectorSays() {
    IntStream.range(0, 1100)
        .forEach(i -> add("list%04d".formatted(i), Map.of("n", "" + i % 2), Map.of()));
    UUID online = hosts.get("list0777").id();
    connected.add(online);
    HostSelector odd =
        (host, _) -> host.name().startsWith("list") && "1".equals(host.labels().get("n"));
    List<Host> first = hosts.list(odd, "", 300);
    assertThat(first).hasSize(300);
    assertThat(first.getFirst().name()).isEqualTo("list0001");
    List<Host> rest = hosts.list(odd, first.getLast().name(), 1000);
    assertThat(rest).hasSize(250);
    assertThat(rest.getLast().name()).isEqualTo("list1099");
    assertThat(hosts.list((_, isConnected) -> isConnected, "", 10))
        .singleElement()
        .extracting(Host::id)
        .isEqualTo(online);
  }

  @Test
  void aRemovedHostIsGoneDisconnectedAndItsNameFree() {
    UUID id = add("gone", Map.of(), Map.of());
    connected.add(id);
    Set<UUID> told = new HashSet<>();
    hosts.onRemoval((_, host) -> told.add(host.id()));
    hosts.remove(ANN, "gone");
    assertThat(told).containsExactly(id);
    assertThat(connected).doesNotContain(id);
    assertThat(hosts.find(id)).isEmpty();
    assertThat(lastAudit().verb()).isEqualTo("host.remove");
    assertThat(lastAudit().subject()).isEqualTo("host:" + id);
    assertThatThrownBy(() -> hosts.remove(ANN, "gone")).isInstanceOf(RequestException.class);
    assertThat(add("gone", Map.of(), Map.of())).isNotEqualTo(id);
  }

  @Test
  void aFailingListenerUndoesTheRemoval() {
    UUID id = add("stays", Map.of(), Map.of());
    connected.add(id);
    hosts.onRemoval((_, host) -> {
      if (host.id().equals(id)) {
        throw new IllegalStateException("no");
      }
    });
    assertThatThrownBy(() -> hosts.remove(ANN, "stays")).hasMessage("no");
    assertThat(hosts.find(id)).isPresent();
    assertThat(connected).contains(id);
  }

  @Test
  void whoWritesForAHostIsSeenByItsRemoval() throws Exception {
    UUID id = add("locked", Map.of(), Map.of());
    CountDownLatch locked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      var writer =
          pool.submit(() -> {
            DB.database()
                .execute(tx -> {
                  assertThat(store.lockPresent(tx, List.of(id))).containsExactly(id);
                  locked.countDown();
                  go.await();
                  tx.handle().execute("CREATE TABLE written_before_removal ()");
                });
            return null;
          });
      locked.await();
      boolean[] seen = new boolean[1];
      hosts.onRemoval((tx, _) ->
          seen[0] =
              tx.handle()
                  .createQuery("SELECT to_regclass('written_before_removal') IS NOT NULL")
                  .mapTo(Boolean.class)
                  .one());
      var removal = pool.submit(() -> hosts.remove(ANN, "locked"));
      org.awaitility.Awaitility.await()
          .until(() ->
              DB.database()
                  .<Boolean, RuntimeException>transact(tx ->
                      tx.handle()
                          .createQuery("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
                          .mapTo(Boolean.class)
                          .one()));
      assertThat(removal.isDone()).isFalse();
      go.countDown();
      writer.get();
      removal.get();
      assertThat(seen[0]).isTrue();
    }
    Set<UUID> present = DB.database().transact(tx -> store.lockPresent(tx, List.of(id)));
    assertThat(present).isEmpty();
  }

  @Test
  void signsOfLifeAreRecorded() {
    UUID id = add("alive", Map.of(), Map.of());
    clock.advance(Duration.ofMinutes(1));
    hosts.seen(List.of(id));
    assertThat(hosts.get("alive").lastSeenAt()).isEqualTo(clock.instant());
    clock.advance(Duration.ofMinutes(1));
    hosts.reported(id, HostFacts.NONE, Map.of());
    assertThat(hosts.get("alive").lastSeenAt()).isEqualTo(clock.instant());
    assertThat(hosts.get("alive").facts()).isEqualTo(HostFacts.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-a", "a-", "a..b", "a_b", "a b", "0190a1b2-0000-7000-8000-000000000000"})
  void badHostNamesAreRefused(String name) {
    assertThatThrownBy(() -> HostName.normal("host_name", name))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith("host_name: \"" + name + "\"");
  }

  @Test
  void hostNamesAreLowered() {
    assertThat(HostName.normal("f", "Web-1.Example")).isEqualTo("web-1.example");
    assertThatThrownBy(() -> HostName.normal("f", ("a".repeat(60) + ".").repeat(5) + "x"))
        .isInstanceOf(RequestException.class);
  }
}
