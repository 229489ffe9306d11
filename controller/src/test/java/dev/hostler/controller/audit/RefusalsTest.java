package dev.hostler.controller.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.common.time.ManualTime;
import dev.hostler.controller.db.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RefusalsTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();

  private final ManualTime clock = new ManualTime();
  private final AuditStore audit = new AuditStore(clock);
  private final Refusals refusals = new Refusals(DB.database(), audit, clock);

  private List<AuditEntry> rows(String verb) {
    AuditFilter filter =
        new AuditFilter(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(verb),
            Optional.of("refused"));
    return DB.database().transact(tx -> audit.list(tx, filter, OptionalLong.empty(), 10_000));
  }

  @Test
  void theFirstIsWrittenAtOnceAndRepetitionsAreCounted() throws Exception {
    refusals.refused("operator:ann", "job.submit", "call:SubmitJob", "no role");
    await().untilAsserted(() -> assertThat(rows("job.submit")).hasSize(1));
    for (int i = 0; i < 5; i++) {
      refusals.refused("operator:ann", "job.submit", "call:SubmitJob", "no role");
    }
    refusals.refused("operator:bob", "job.submit", "call:SubmitJob", "no role");
    clock.advance(Refusals.WINDOW);
    refusals.refused("operator:ann", "job.submit", "call:SubmitJob", "no role");
    refusals.close();
    List<AuditEntry> rows = rows("job.submit");
    assertThat(rows)
        .extracting(row -> row.actor().text() + " " + row.details())
        .containsExactly(
            "operator:ann {\"reason\":\"no role\",\"result\":\"refused\",\"times_before\":5}",
            "operator:bob {\"reason\":\"no role\",\"result\":\"refused\"}",
            "operator:ann {\"reason\":\"no role\",\"result\":\"refused\"}");
  }

  @Test
  void strangersCannotFillTheLogOrBreakIt() throws Exception {
    refusals.refused("", "operator.login", "a\0b", "x".repeat(5000));
    for (int i = 0; i < 5000; i++) {
      refusals.refused("", "operator.login", "certificate:" + i, "unknown");
    }
    refusals.close();
    List<AuditEntry> rows = rows("operator.login");
    assertThat(rows.getLast().actor().text()).isEqualTo("unknown");
    assertThat(rows.getLast().subject()).isEqualTo("a\uFFFDb");
    assertThat(rows.getLast().details().length()).isLessThan(1100);
  }

  @Test
  void connectionsGetFewRowsAndAllAreCounted() throws Exception {
    for (int i = 0; i < 500; i++) {
      refusals.connectionRefused("", "host.connect", "address:10.0." + i, "expired");
      refusals.connectionRefused("", "host.connect", "address:10.0." + i, "expired");
    }
    await().untilAsserted(() -> assertThat(rows("host.connect")).hasSize(RowBudget.MOST));
    clock.advance(RowBudget.EACH.multipliedBy(2));
    for (int i = 1000; i < 1010; i++) {
      refusals.connectionRefused("", "host.connect", "address:10.0." + i, "expired");
    }
    refusals.close();
    assertThat(rows("host.connect")).hasSize(RowBudget.MOST + 2);
    List<AuditEntry> all = new ArrayList<>(rows("host.connect"));
    all.addAll(rows("refusals.count"));
    assertThat(all.getLast().verb()).isEqualTo("refusals.count");
    long counted =
        all.stream()
            .mapToLong(row -> number(row, "others_not_written") + number(row, "times_before"))
            .sum();
    assertThat(counted + RowBudget.MOST + 2).isEqualTo(1010);
  }

  private static long number(AuditEntry row, String field) {
    return tools.jackson.databind.json.JsonMapper.shared()
        .readTree(row.details())
        .path(field)
        .asLong(0);
  }
}
