package dev.hostler.controller.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.common.time.ManualTime;
import dev.hostler.controller.db.TestDatabase;
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
    return DB.database().transact(tx -> audit.list(tx, filter, OptionalLong.empty(), 2000));
  }

  @Test
  void theFirstIsWrittenAtOnceAndRepetitionsAreCounted() throws Exception {
    refusals.add("operator:ann", "job.submit", "call:SubmitJob", "no role");
    await().untilAsserted(() -> assertThat(rows("job.submit")).hasSize(1));
    for (int i = 0; i < 5; i++) {
      refusals.add("operator:ann", "job.submit", "call:SubmitJob", "no role");
    }
    refusals.add("operator:bob", "job.submit", "call:SubmitJob", "no role");
    clock.advance(Refusals.WINDOW);
    refusals.add("operator:ann", "job.submit", "call:SubmitJob", "no role");
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
    refusals.add("", "operator.login", "a\0b", "x".repeat(5000));
    for (int i = 0; i < 5000; i++) {
      refusals.add("", "operator.login", "certificate:" + i, "unknown");
    }
    refusals.close();
    List<AuditEntry> rows = rows("operator.login");
    assertThat(rows.getLast().actor().text()).isEqualTo("unknown");
    assertThat(rows.getLast().subject()).isEqualTo("a\uFFFDb");
    assertThat(rows.getLast().details().length()).isLessThan(1100);
  }
}
