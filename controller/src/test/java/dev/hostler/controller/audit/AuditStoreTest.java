package dev.hostler.controller.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.time.ManualTime;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.db.Transaction;
import dev.hostler.trust.audit.AuditRow;
import dev.hostler.trust.audit.ChainCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AuditStoreTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();

  private final ManualTime clock = new ManualTime();
  private final AuditStore audit = new AuditStore(clock);

  private void append(String verb) {
    DB.database()
        .execute(tx ->
            audit.append(tx, Actor.operator("ann"), verb, "host:1", Map.of("z", 1, "a", "x")));
  }

  private AuditEntry newest() {
    return DB.database().transact(tx -> audit.list(tx, OptionalLong.empty(), 1)).getFirst();
  }

  @Test
  void rowsAreNumberedWithoutGapsEvenWhenAChangeIsRolledBack() throws Exception {
    append("test.first");
    long start = newest().sequence();
    assertThatThrownBy(() ->
            DB.database()
                .execute(tx -> {
                  audit.append(tx, Actor.SYSTEM, "test.undone", "x", Map.of());
                  throw new IllegalStateException("undo");
                }))
        .hasMessage("undo");
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        pool.submit(() -> append("test.parallel"));
      }
    }
    var rows = DB.database().transact(tx -> audit.list(tx, OptionalLong.empty(), 20));
    assertThat(rows).hasSize(20).allMatch(row -> row.verb().equals("test.parallel"));
    assertThat(rows.getFirst().sequence()).isEqualTo(start + 20);
    assertThat(rows.getLast().sequence()).isEqualTo(start + 1);
    List<AuditEntry> page =
        DB.database().transact(tx -> audit.list(tx, OptionalLong.of(start + 2), 1));
    assertThat(page).singleElement().extracting(AuditEntry::sequence).isEqualTo(start + 1);
    assertThat(findings(tx -> {})).isEmpty();
  }

  @Test
  void aRowHasWhatWasWritten() {
    append("test.row");
    AuditEntry row = newest();
    assertThat(row.actor()).isEqualTo(new Actor("operator:ann"));
    assertThat(row.at()).isEqualTo(clock.instant());
    assertThat(row.subject()).isEqualTo("host:1");
    assertThat(row.details()).isEqualTo("{\"a\":\"x\",\"z\":1}");
  }

  @Test
  void updateDeleteAndTruncateAreRefused() {
    append("test.kept");
    for (String sql :
        new String[] {
          "UPDATE audit_log SET actor = 'system'",
          "DELETE FROM audit_log",
          "TRUNCATE audit_log",
          "DELETE FROM audit_head",
          "TRUNCATE audit_head"
        }) {
      assertThatThrownBy(() -> DB.database().execute(tx -> tx.handle().execute(sql)))
          .as(sql)
          .satisfies(
              e -> assertThat(e.getMessage()).containsAnyOf("append-only", "permission denied"));
    }
  }

  /** What a check of all rows finds after a change behind our back, which is undone. */
  private List<String> findings(Consumer<Transaction> change) {
    AtomicReference<List<String>> found = new AtomicReference<>();
    assertThatThrownBy(() ->
            DB.database()
                .execute(tx -> {
                  // What only the owner of the database can do.
                  tx.handle().execute("ALTER TABLE audit_log DISABLE TRIGGER ALL");
                  tx.handle().execute("ALTER TABLE audit_head DISABLE TRIGGER ALL");
                  tx.handle().execute("GRANT ALL ON audit_log TO CURRENT_USER");
                  change.accept(tx);
                  ChainCheck check = new ChainCheck();
                  for (AuditEntry row : audit.after(tx, AuditFilter.ALL, 0, 10_000)) {
                    check.add(
                        new AuditRow(
                            row.sequence(),
                            row.at(),
                            row.actor().text(),
                            row.verb(),
                            row.subject(),
                            row.details()),
                        row.previousHash(),
                        row.hash());
                  }
                  AuditStore.Head head = audit.head(tx);
                  check.end(head.sequence(), head.hash());
                  found.set(
                      check.findings().stream()
                          .map(finding -> finding.kind() + " " + finding.sequence())
                          .toList());
                  throw new IllegalStateException("undo");
                }))
        .hasMessage("undo");
    return found.get();
  }

  private List<String> after(String sql, Object... values) {
    return findings(tx -> tx.handle().execute(sql, values));
  }

  @Test
  void everyChangeBehindOurBackIsFoundAndNamed() {
    for (int i = 0; i < 6; i++) {
      append("test.chain");
    }
    long last = newest().sequence();
    long n = last - 3;
    for (String column : List.of("actor", "verb", "subject")) {
      assertThat(after("UPDATE audit_log SET " + column + " = 'x' WHERE sequence = ?", n))
          .as(column)
          .containsExactly("ALTERED " + n);
    }
    assertThat(after("UPDATE audit_log SET details = '{}' WHERE sequence = ?", n))
        .containsExactly("ALTERED " + n);
    assertThat(
            after("UPDATE audit_log SET at = at + interval '1 microsecond' WHERE sequence = ?", n))
        .containsExactly("ALTERED " + n);
    assertThat(after("DELETE FROM audit_log WHERE sequence = ?", n))
        .containsExactly("MISSING " + n);
    assertThat(after("DELETE FROM audit_log WHERE sequence >= ?", n))
        .containsExactly("MISSING " + n);
    assertThat(
            findings(tx -> {
              tx.handle().execute("UPDATE audit_log SET sequence = 1000000 WHERE sequence = ?", n);
              tx.handle().execute("UPDATE audit_log SET sequence = ? WHERE sequence = ?", n, n + 1);
              tx.handle()
                  .execute("UPDATE audit_log SET sequence = ? WHERE sequence = 1000000", n + 1);
            }))
        .containsExactly("MOVED " + n, "MOVED " + (n + 1));
  }

  @Test
  void rowsGoToTheEndOnly() {
    append("test.end");
    for (String sql :
        List.of(
            "INSERT INTO audit_log (sequence, at, actor, verb, subject, details, prev_hash, hash)"
                + " SELECT sequence + 5, at, actor, verb, subject, details, prev_hash, hash"
                + " FROM audit_log ORDER BY sequence DESC LIMIT 1",
            "INSERT INTO audit_log (sequence, at, actor, verb, subject, details, prev_hash, hash)"
                + " SELECT sequence + 1, at, actor, verb, subject, details, prev_hash, hash"
                + " FROM audit_log ORDER BY sequence DESC LIMIT 1",
            "UPDATE audit_head SET sequence = sequence - 1",
            "UPDATE audit_head SET sequence = sequence + 1",
            "UPDATE audit_head SET hash = decode(repeat('00', 32), 'hex')")) {
      assertThatThrownBy(() -> DB.database().execute(tx -> tx.handle().execute(sql)))
          .as(sql)
          .hasMessageContaining("append-only");
    }
  }

  @Test
  void rowsAreFoundByTimeActorVerbHostAndResult() {
    UUID host = UUID.randomUUID();
    clock.advance(Duration.ofHours(1));
    Instant start = clock.instant();
    DB.database()
        .execute(tx -> {
          audit.append(tx, Actor.operator("bob"), "host.label", "host:" + host, Map.of());
          audit.append(tx, Actor.host(host), "host.enroll", "host:" + host, Map.of());
        });
    clock.advance(Duration.ofSeconds(1));
    DB.database()
        .execute(tx -> {
          audit.append(
              tx, Actor.operator("bob"), "hosts_x.y", "call:X", Map.of("result", "refused"));
          audit.append(tx, Actor.operator("bobby"), "job.submit", "job:nonsense", Map.of());
        });
    Optional<String> none = Optional.empty();
    Optional<Instant> ever = Optional.empty();
    Optional<Actor> anybody = Optional.empty();
    Optional<UUID> any = Optional.empty();
    Optional<Instant> from = Optional.of(start);
    assertThat(verbs(new AuditFilter(from, ever, anybody, any, none, none)))
        .containsExactly("job.submit", "hosts_x.y", "host.enroll", "host.label");
    assertThat(
            verbs(
                new AuditFilter(from, Optional.of(start.plusSeconds(1)), anybody, any, none, none)))
        .containsExactly("host.enroll", "host.label");
    assertThat(
            verbs(new AuditFilter(ever, ever, Optional.of(Actor.operator("bob")), any, none, none)))
        .containsExactly("hosts_x.y", "host.label");
    assertThat(verbs(new AuditFilter(ever, ever, anybody, Optional.of(host), none, none)))
        .containsExactly("host.enroll", "host.label");
    assertThat(verbs(new AuditFilter(from, ever, anybody, any, Optional.of("host.*"), none)))
        .containsExactly("host.enroll", "host.label");
    assertThat(verbs(new AuditFilter(from, ever, anybody, any, Optional.of("host__.y"), none)))
        .isEmpty();
    assertThat(verbs(new AuditFilter(from, ever, anybody, any, none, Optional.of("refused"))))
        .containsExactly("hosts_x.y");
    assertThat(verbs(new AuditFilter(from, ever, anybody, any, none, Optional.of("ok"))))
        .hasSize(3);
  }

  private List<String> verbs(AuditFilter filter) {
    return DB.database().transact(tx -> audit.list(tx, filter, OptionalLong.empty(), 100)).stream()
        .map(AuditEntry::verb)
        .toList();
  }
}
