package dev.hostler.controller.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DatabaseTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();

  @BeforeAll
  static void table() {
    DB.database()
        .execute(tx -> tx.handle().execute("CREATE TABLE things (id int PRIMARY KEY, n int)"));
  }

  private static int count(int id) {
    return DB.database()
        .transact(tx ->
            tx.handle()
                .createQuery("SELECT count(*) FROM things WHERE id = ?")
                .bind(0, id)
                .mapTo(Integer.class)
                .one());
  }

  @Test
  void commitsAndThenRunsTheHooksInOrder() {
    List<String> seen = new ArrayList<>();
    String result =
        DB.database()
            .transact(tx -> {
              tx.handle().execute("INSERT INTO things VALUES (1, 1)");
              tx.afterCommit(() -> seen.add("first, rows: " + count(1)));
              tx.afterCommit(() -> {
                throw new IllegalStateException("a failing hook changes nothing");
              });
              tx.afterCommit(() -> seen.add("last"));
              return "done";
            });
    assertThat(result).isEqualTo("done");
    assertThat(seen).containsExactly("first, rows: 1", "last");
  }

  @Test
  void anExceptionRollsBackAndRunsNoHook() {
    List<String> seen = new ArrayList<>();
    assertThatThrownBy(() ->
            DB.database()
                .execute(tx -> {
                  tx.handle().execute("INSERT INTO things VALUES (2, 1)");
                  tx.afterCommit(() -> seen.add("hook"));
                  throw new java.io.IOException("no");
                }))
        .isInstanceOf(java.io.IOException.class)
        .hasMessage("no");
    assertThat(count(2)).isZero();
    assertThat(seen).isEmpty();
  }

  @Test
  void aDeadlockIsTriedAgain() throws Exception {
    DB.database().execute(tx -> tx.handle().execute("INSERT INTO things VALUES (11, 0), (12, 0)"));
    CyclicBarrier both = new CyclicBarrier(2);
    AtomicInteger runs = new AtomicInteger();
    try (var pool = Executors.newFixedThreadPool(2)) {
      var one = pool.submit(() -> lockBoth(11, 12, both, runs));
      var two = pool.submit(() -> lockBoth(12, 11, both, runs));
      one.get();
      two.get();
    }
    assertThat(runs.get()).isGreaterThan(2);
    int sum =
        DB.database()
            .transact(tx ->
                tx.handle()
                    .createQuery("SELECT sum(n) FROM things WHERE id IN (11, 12)")
                    .mapTo(Integer.class)
                    .one());
    assertThat(sum).isEqualTo(4);
  }

  private static void lockBoth(int first, int second, CyclicBarrier both, AtomicInteger runs) {
    AtomicInteger mine = new AtomicInteger();
    DB.database()
        .execute(tx -> {
          runs.incrementAndGet();
          tx.handle().execute("UPDATE things SET n = n + 1 WHERE id = ?", first);
          if (mine.incrementAndGet() == 1) {
            try {
              both.await();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
          tx.handle().execute("UPDATE things SET n = n + 1 WHERE id = ?", second);
        });
  }

  @Test
  void sayIfTheDatabaseIsReachable() {
    Database other = Database.open(DB.address(), 1);
    assertThat(other.isReachable(5)).isTrue();
    other.close();
    assertThat(other.isReachable(5)).isFalse();
  }

  @Test
  void anUnreachableDatabaseIsNamedWithoutItsPassword() {
    DatabaseAddress wrong = new DatabaseAddress(DB.address().jdbcUrl(), "hostler", "not-it-42");
    assertThatThrownBy(() -> Database.open(wrong, 1))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("cannot connect to jdbc:postgresql://127.0.0.1:")
        .hasMessageContaining("password authentication failed")
        .hasMessageNotContaining("not-it-42");
  }

  @Test
  void migratingTwiceChangesNothing() {
    DB.database().migrate();
    int versions =
        DB.database()
            .transact(tx ->
                tx.handle()
                    .createQuery("SELECT count(*) FROM flyway_schema_history WHERE version = '001'")
                    .mapTo(Integer.class)
                    .one());
    assertThat(versions).isEqualTo(1);
  }

  @Test
  void aChangedMigrationIsRefused() {
    try (Database database = Database.open(DB.address(), 1)) {
      database.execute(
          tx -> tx.handle().execute("UPDATE flyway_schema_history SET checksum = checksum + 1"));
      assertThatThrownBy(database::migrate)
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("cannot migrate the database");
      database.execute(
          tx -> tx.handle().execute("UPDATE flyway_schema_history SET checksum = checksum - 1"));
    }
  }

  @Test
  void idsSortByTime() {
    var clock = new dev.hostler.common.time.ManualTime();
    RowIds ids = new RowIds(clock);
    var first = ids.next();
    clock.advance(java.time.Duration.ofMillis(1));
    var second = ids.next();
    assertThat(first.version()).isEqualTo(7);
    assertThat(first.variant()).isEqualTo(2);
    assertThat(second.toString()).isGreaterThan(first.toString());
    assertThat(first.toString().replace("-", "")).startsWith("%012x".formatted(clock.millis() - 1));
  }
}
