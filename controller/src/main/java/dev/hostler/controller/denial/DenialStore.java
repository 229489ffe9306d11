package dev.hostler.controller.denial;

import dev.hostler.controller.db.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * The SQL of {@code denials}: at most {@value Denial#LAST_SLOT} and one rows for each attempt,
 * however many calls it makes. Thread-safe.
 */
public final class DenialStore {
  private static final String TOTALS =
      """
      SELECT d.task_id, d.attempt,
        coalesce(sum(d.count) FILTER (WHERE NOT d.routine), 0)::bigint AS violations,
        coalesce(sum(d.count) FILTER (WHERE d.routine), 0)::bigint AS routine
      FROM unnest(:tasks::uuid[], :attempts::int[]) AS p (task_id, attempt)
      JOIN denials d ON d.task_id = p.task_id AND d.attempt = p.attempt
      GROUP BY d.task_id, d.attempt
      """;

  private record Sums(long violations, long routine) {
    static final Sums NONE = new Sums(0, 0);
  }

  /**
   * Takes over what hosts told, in any order and any number of times: a count never goes back. The
   * attempts must exist.
   *
   * @return the totals of each attempt
   */
  public Map<DeniedAttempt, DeniedTotals> put(
      Transaction transaction, Map<DeniedAttempt, List<Denial>> told) {
    if (told.isEmpty()) {
      return Map.of();
    }
    Map<DeniedAttempt, Sums> before = totals(transaction, told.keySet());
    try (PreparedBatch batch =
        transaction
            .handle()
            .prepareBatch(
                """
                INSERT INTO denials
                  (task_id, attempt, slot, call, detail, count, first_at, last_at, thread, routine)
                VALUES
                  (:task, :attempt, :slot, :call, :detail, :count, :first, :last, :thread, :routine)
                ON CONFLICT (task_id, attempt, slot) DO UPDATE SET
                  count = excluded.count, last_at = excluded.last_at, thread = excluded.thread
                WHERE denials.count < excluded.count
                """)) {
      told.forEach((attempt, denials) ->
          denials.forEach(one ->
              batch
                  .bind("task", attempt.taskId())
                  .bind("attempt", attempt.attempt())
                  .bind("slot", one.slot())
                  .bind("call", one.call())
                  .bind("detail", one.detail())
                  .bind("count", one.count())
                  .bind("first", one.firstAt().atOffset(ZoneOffset.UTC))
                  .bind("last", one.lastAt().atOffset(ZoneOffset.UTC))
                  .bind("thread", one.thread())
                  .bind("routine", one.routine())
                  .add()));
      batch.execute();
    }
    Map<DeniedAttempt, DeniedTotals> changed = new HashMap<>();
    totals(transaction, told.keySet())
        .forEach((attempt, now) -> {
          Sums then = before.getOrDefault(attempt, Sums.NONE);
          changed.put(
              attempt,
              new DeniedTotals(then.violations(), now.violations(), then.routine(), now.routine()));
        });
    return changed;
  }

  private static Map<DeniedAttempt, Sums> totals(
      Transaction transaction, Collection<DeniedAttempt> attempts) {
    List<DeniedAttempt> order = List.copyOf(attempts);
    Map<DeniedAttempt, Sums> totals = new HashMap<>();
    transaction
        .handle()
        .createQuery(TOTALS)
        .bind("tasks", tasks(order))
        .bind("attempts", numbers(order))
        .map((row, _) ->
            Map.entry(attempt(row), new Sums(row.getLong("violations"), row.getLong("routine"))))
        .forEach(entry -> totals.put(entry.getKey(), entry.getValue()));
    return totals;
  }

  /** What was denied, by attempt, in the order of the slots. Attempts without are missing. */
  public Map<DeniedAttempt, List<Denial>> list(
      Transaction transaction, Collection<DeniedAttempt> attempts) {
    if (attempts.isEmpty()) {
      return Map.of();
    }
    List<DeniedAttempt> order = List.copyOf(attempts);
    Map<DeniedAttempt, List<Denial>> found = new HashMap<>();
    transaction
        .handle()
        .createQuery(
            """
            SELECT d.* FROM unnest(:tasks::uuid[], :attempts::int[]) AS p (task_id, attempt)
            JOIN denials d ON d.task_id = p.task_id AND d.attempt = p.attempt
            ORDER BY d.task_id, d.attempt, d.slot
            """)
        .bind("tasks", tasks(order))
        .bind("attempts", numbers(order))
        .map((row, _) -> Map.entry(attempt(row), denial(row)))
        .forEach(entry ->
            found.computeIfAbsent(entry.getKey(), _ -> new ArrayList<>()).add(entry.getValue()));
    return found;
  }

  private static UUID[] tasks(List<DeniedAttempt> attempts) {
    return attempts.stream().map(DeniedAttempt::taskId).toArray(UUID[]::new);
  }

  private static Integer[] numbers(List<DeniedAttempt> attempts) {
    return attempts.stream().map(DeniedAttempt::attempt).toArray(Integer[]::new);
  }

  private static DeniedAttempt attempt(ResultSet row) throws SQLException {
    return new DeniedAttempt(row.getObject("task_id", UUID.class), row.getInt("attempt"));
  }

  private static Denial denial(ResultSet row) throws SQLException {
    return new Denial(
        row.getInt("slot"),
        row.getString("call"),
        row.getString("detail"),
        row.getLong("count"),
        instant(row, "first_at"),
        instant(row, "last_at"),
        row.getInt("thread"),
        row.getBoolean("routine"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
