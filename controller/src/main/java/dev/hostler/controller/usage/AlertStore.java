package dev.hostler.controller.usage;

import dev.hostler.controller.db.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of alert rules and alerts. Thread-safe. */
final class AlertStore {
  List<AlertRule> rules(Transaction transaction) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM alert_rules ORDER BY name COLLATE \"C\"")
        .map((row, _) -> rule(row))
        .list();
  }

  private static AlertRule rule(ResultSet row) throws SQLException {
    double above = row.getDouble("above");
    AlertRule.Condition condition =
        row.wasNull()
            ? new AlertRule.Condition.Trend(
                row.getDouble("trend_limit"),
                Duration.ofSeconds(row.getLong("trend_within_seconds")))
            : new AlertRule.Condition.Above(above);
    return new AlertRule(
        row.getString("name"),
        row.getString("metric"),
        Duration.ofSeconds(row.getLong("window_seconds")),
        condition,
        row.getString("selector"),
        row.getString("set_by"),
        UsageStore.instant(row, "set_at"));
  }

  void put(Transaction transaction, AlertRule rule) {
    AlertRule.Condition.Above above =
        rule.condition() instanceof AlertRule.Condition.Above some ? some : null;
    AlertRule.Condition.Trend trend =
        rule.condition() instanceof AlertRule.Condition.Trend some ? some : null;
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO alert_rules (name, metric, window_seconds, above, trend_limit,
              trend_within_seconds, selector, set_by, set_at)
            VALUES (:name, :metric, :window, :above, :limit, :within, :selector, :by, :at)
            ON CONFLICT (name) DO UPDATE SET metric = excluded.metric,
              window_seconds = excluded.window_seconds, above = excluded.above,
              trend_limit = excluded.trend_limit,
              trend_within_seconds = excluded.trend_within_seconds,
              selector = excluded.selector, set_by = excluded.set_by, set_at = excluded.set_at
            """)
        .bind("name", rule.name())
        .bind("metric", rule.metric())
        .bind("window", rule.window().toSeconds())
        .bind("above", above == null ? null : (Double) above.value())
        .bind("limit", trend == null ? null : (Double) trend.limit())
        .bind("within", trend == null ? null : (Long) trend.within().toSeconds())
        .bind("selector", rule.selector())
        .bind("by", rule.setBy())
        .bind("at", rule.setAt().atOffset(ZoneOffset.UTC))
        .execute();
  }

  boolean remove(Transaction transaction, String name) {
    return transaction
            .handle()
            .createUpdate("DELETE FROM alert_rules WHERE name = :name")
            .bind("name", name)
            .execute()
        == 1;
  }

  /** Takes the turn to look at the rules; false if another controller has or had it just now. */
  boolean turn(Transaction transaction, Instant now, Duration every) {
    return transaction
        .handle()
        .createQuery(
            """
            UPDATE alert_turn SET looked_at = :now WHERE ctid IN (
              SELECT ctid FROM alert_turn WHERE looked_at <= :due FOR UPDATE SKIP LOCKED)
            RETURNING true
            """)
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .bind("due", now.minus(every).atOffset(ZoneOffset.UTC))
        .mapTo(Boolean.class)
        .findOne()
        .isPresent();
  }

  void raise(Transaction transaction, Alert alert) {
    Duration left = alert.timeToLimit();
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO alerts (id, rule, host_id, task_id, value, limit_seconds, message, raised_at)
            VALUES (:id, :rule, :host, :task, :value, :left, :message, :at)
            ON CONFLICT DO NOTHING
            """)
        .bind("id", alert.id())
        .bind("rule", alert.rule())
        .bind("host", alert.hostId())
        .bind("task", alert.taskId())
        .bind("value", alert.value())
        .bind("left", left == null ? null : (Double) (left.toMillis() / 1000.0))
        .bind("message", alert.message())
        .bind("at", alert.raisedAt().atOffset(ZoneOffset.UTC))
        .execute();
  }

  void resolve(Transaction transaction, Collection<UUID> ids, Instant at) {
    if (!ids.isEmpty()) {
      transaction
          .handle()
          .createUpdate(
              "UPDATE alerts SET resolved_at = :at WHERE id = ANY (:ids) AND resolved_at IS NULL")
          .bind("at", at.atOffset(ZoneOffset.UTC))
          .bindArray("ids", UUID.class, ids)
          .execute();
    }
  }

  /** Forgets those that were over before. */
  void forget(Transaction transaction, Instant before) {
    transaction
        .handle()
        .createUpdate("DELETE FROM alerts WHERE resolved_at < :before")
        .bind("before", before.atOffset(ZoneOffset.UTC))
        .execute();
  }

  List<Alert> raised(Transaction transaction) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM alerts WHERE resolved_at IS NULL ORDER BY id DESC")
        .map((row, _) -> alert(row))
        .list();
  }

  /** All, newest first, before the given one. */
  List<Alert> all(Transaction transaction, @Nullable UUID before, int limit) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT * FROM alerts WHERE :before::uuid IS NULL OR id < :before::uuid
            ORDER BY id DESC LIMIT :limit
            """)
        .bind("before", before)
        .bind("limit", limit)
        .map((row, _) -> alert(row))
        .list();
  }

  Map<UUID, Integer> raisedByHost(Transaction transaction) {
    Map<UUID, Integer> counts = new HashMap<>();
    transaction
        .handle()
        .createQuery(
            "SELECT host_id, count(*) AS n FROM alerts WHERE resolved_at IS NULL GROUP BY host_id")
        .map((row, _) -> Map.entry(row.getObject("host_id", UUID.class), row.getInt("n")))
        .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
    return counts;
  }

  private static Alert alert(ResultSet row) throws SQLException {
    double left = row.getDouble("limit_seconds");
    Duration timeToLimit = row.wasNull() ? null : Duration.ofMillis(Math.round(left * 1000));
    OffsetDateTime resolved = row.getObject("resolved_at", OffsetDateTime.class);
    return new Alert(
        row.getObject("id", UUID.class),
        row.getString("rule"),
        row.getObject("host_id", UUID.class),
        row.getObject("task_id", UUID.class),
        row.getDouble("value"),
        timeToLimit,
        row.getString("message"),
        UsageStore.instant(row, "raised_at"),
        resolved == null ? null : resolved.toInstant());
  }
}
