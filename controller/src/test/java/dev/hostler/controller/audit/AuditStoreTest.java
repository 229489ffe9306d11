package dev.hostler.controller.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.time.ManualTime;
import dev.hostler.controller.db.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
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
    OptionalLong broken = DB.database().transact(audit::firstBroken);
    assertThat(broken).isEmpty();
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
          .hasMessageContaining("append-only");
    }
  }

  @Test
  void aChangeBehindOurBackShows() {
    append("test.chain");
    append("test.chain");
    long sequence = newest().sequence() - 1;
    AtomicReference<OptionalLong> broken = new AtomicReference<>();
    assertThatThrownBy(() ->
            DB.database()
                .execute(tx -> {
                  tx.handle().execute("ALTER TABLE audit_log DISABLE TRIGGER ALL");
                  tx.handle()
                      .execute("UPDATE audit_log SET actor = 'x' WHERE sequence = ?", sequence);
                  broken.set(audit.firstBroken(tx));
                  throw new IllegalStateException("undo");
                }))
        .hasMessage("undo");
    assertThat(broken.get()).hasValue(sequence);
  }
}
