package dev.hostler.controller.usage;

import dev.hostler.controller.db.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of series: reads {@code usage_raw}, {@code usage_minute} and {@code usage_hour} as one,
 * and folds the finer into the coarser. Thread-safe.
 */
final class SeriesStore {
  /** What a stretch is made of: sums of what is counted, the highest of what is seen. */
  private static final String FOLDED =
      """
      sum(seconds) AS seconds, sum(cpu_seconds) AS cpu_seconds,
      sum(memory_bytes * seconds) / sum(seconds) FILTER (WHERE memory_bytes IS NOT NULL)
        AS memory_bytes,
      max(memory_max_bytes) AS memory_max_bytes, max(memory_limit_bytes) AS memory_limit_bytes,
      max(processes) AS processes, max(threads) AS threads, max(files) AS files,
      max(sockets) AS sockets, sum(read_bytes)::bigint AS read_bytes,
      sum(written_bytes)::bigint AS written_bytes, sum(periods)::bigint AS periods,
      sum(throttled_periods)::bigint AS throttled_periods, sum(cpu_stalled) AS cpu_stalled,
      sum(memory_stalled) AS memory_stalled, sum(io_stalled) AS io_stalled,
      max(disk_bytes) AS disk_bytes, max(disk_used_bytes) AS disk_used_bytes
      """;

  private static final String COLUMNS = "at, host_id, kind, bundle, " + UsageStore.VALUES;

  /** All since then, each stretch once: hours as far as they go, then minutes, then reports. */
  private static final String ALL =
      """
      WITH folded AS (
        SELECT (SELECT until FROM usage_folded WHERE step_seconds = 3600) AS hours,
          (SELECT until FROM usage_folded WHERE step_seconds = 60) AS minutes),
      used AS (
        SELECT %1$s FROM usage_hour WHERE at >= :since AND at < (SELECT hours FROM folded)
          AND :step >= 3600 AND %2$s
        UNION ALL
        SELECT %1$s FROM usage_minute WHERE at >= :since AND at < (SELECT minutes FROM folded)
          AND :step >= 60 AND (:step < 3600 OR at >= (SELECT hours FROM folded)) AND %2$s
        UNION ALL
        SELECT %1$s FROM usage_raw WHERE at >= :since
          AND (:step < 60 OR at >= (SELECT minutes FROM folded)) AND %2$s)
      """;

  /** Seconds within which what runs has reported. */
  private static final long RECENT = 30;

  private static final String STEP = "make_interval(secs => :step)";

  /** A stretch. */
  record Point(Instant at, Sample sample) {}

  List<Point> ofHost(Transaction transaction, UUID host, Instant since, Duration step) {
    return points(transaction, "kind = 0 AND host_id = :host", since, step)
        .bind("host", host)
        .map((row, _) -> point(row))
        .list();
  }

  List<Point> ofBundle(Transaction transaction, String bundle, Instant since, Duration step) {
    return points(transaction, "kind = 1 AND bundle = :bundle", since, step)
        .bind("bundle", bundle)
        .map((row, _) -> point(row))
        .list();
  }

  private static Query points(Transaction transaction, String which, Instant since, Duration step) {
    return transaction
        .handle()
        .createQuery(
            ALL.formatted(COLUMNS, which)
                + "SELECT date_bin("
                + STEP
                + ", at, 'epoch') AS begun, "
                + FOLDED
                + " FROM used GROUP BY 1 ORDER BY 1")
        .bind("since", since.atOffset(ZoneOffset.UTC))
        .bind("step", step.toSeconds());
  }

  private static Point point(ResultSet row) throws SQLException {
    return new Point(UsageStore.instant(row, "begun"), UsageStore.sample(row));
  }

  /** All of it as one stretch; empty if there was nothing. */
  Optional<Sample> total(Transaction transaction, UUID host, Instant since, Duration step) {
    return transaction
        .handle()
        .createQuery(
            ALL.formatted(COLUMNS, "kind = 0 AND host_id = :host")
                + "SELECT "
                + FOLDED
                + " FROM used HAVING count(*) > 0")
        .bind("since", since.atOffset(ZoneOffset.UTC))
        .bind("step", step.toSeconds())
        .bind("host", host)
        .map((row, _) -> UsageStore.sample(row))
        .findOne();
  }

  /** What each host reported since then, as one stretch. */
  Map<UUID, Sample> totals(Transaction transaction, Instant since) {
    Map<UUID, Sample> totals = new HashMap<>();
    transaction
        .handle()
        .createQuery(
            "SELECT host_id, "
                + FOLDED
                + " FROM usage_raw WHERE kind = 0 AND at >= :since GROUP BY host_id")
        .bind("since", since.atOffset(ZoneOffset.UTC))
        .map((row, _) -> Map.entry(row.getObject("host_id", UUID.class), UsageStore.sample(row)))
        .forEach(entry -> totals.put(entry.getKey(), entry.getValue()));
    return totals;
  }

  /** Whose series: a host's, or an attempt's. */
  record Whose(UUID hostId, @Nullable UUID taskId) {}

  /**
   * Reports of a window in at most 60 stretches, oldest first, by host or by attempt; of attempts
   * only those that reported in the last half minute of it.
   */
  Map<Whose, List<Point>> windows(
      Transaction transaction, boolean attempts, Instant since, Duration window) {
    Map<Whose, List<Point>> windows = new HashMap<>();
    transaction
        .handle()
        .createQuery(
            "SELECT host_id, task_id, date_bin("
                + STEP
                + ", at, :since) AS begun, "
                + FOLDED
                + " FROM usage_raw r WHERE at >= :since AND "
                + (attempts
                    ? "kind > 0 AND EXISTS (SELECT FROM usage_raw n WHERE n.host_id = r.host_id"
                        + " AND n.task_id = r.task_id AND n.at >= :recent)"
                    : "kind = 0")
                + " GROUP BY 1, 2, 3 ORDER BY 3")
        .bind("since", since.atOffset(ZoneOffset.UTC))
        .bind("recent", since.plus(window).minusSeconds(RECENT).atOffset(ZoneOffset.UTC))
        .bind("step", Math.max(1, window.toSeconds() / 60))
        .map((row, _) ->
            Map.entry(
                new Whose(
                    row.getObject("host_id", UUID.class), row.getObject("task_id", UUID.class)),
                point(row)))
        .forEach(entry ->
            windows.computeIfAbsent(entry.getKey(), _ -> new ArrayList<>()).add(entry.getValue()));
    return windows;
  }

  /** Up to when reports are folded into minutes. */
  Instant foldedUntil(Transaction transaction) {
    return transaction
        .handle()
        .createQuery("SELECT until FROM usage_folded WHERE step_seconds = 60")
        .map((row, _) -> UsageStore.instant(row, "until"))
        .one();
  }

  /**
   * Folds what has come since the last time into stretches.
   *
   * @param seconds 60: reports into minutes; 3600: minutes into hours
   * @param until a whole stretch; what comes after it is left for the next time
   * @return whether this controller did it; another may be at it
   */
  boolean fold(Transaction transaction, int seconds, Instant until) {
    Optional<Instant> from =
        transaction
            .handle()
            .createQuery(
                """
                SELECT until FROM usage_folded WHERE step_seconds = :seconds AND until < :until
                FOR UPDATE SKIP LOCKED
                """)
            .bind("seconds", seconds)
            .bind("until", until.atOffset(ZoneOffset.UTC))
            .map((row, _) -> UsageStore.instant(row, "until"))
            .findOne();
    if (from.isEmpty()) {
      return false;
    }
    transaction
        .handle()
        .createUpdate(
            "INSERT INTO "
                + (seconds == 60 ? "usage_minute" : "usage_hour")
                + " (at, host_id, kind, bundle, action, "
                + UsageStore.VALUES
                + ") SELECT date_bin("
                + STEP
                + ", at, 'epoch'), host_id, kind, bundle, action, "
                + FOLDED
                + " FROM "
                + (seconds == 60 ? "usage_raw" : "usage_minute")
                + " WHERE at >= :from AND at < :until GROUP BY 1, 2, 3, 4, 5"
                + " ON CONFLICT DO NOTHING")
        .bind("step", (long) seconds)
        .bind("from", from.get().atOffset(ZoneOffset.UTC))
        .bind("until", until.atOffset(ZoneOffset.UTC))
        .execute();
    transaction
        .handle()
        .createUpdate("UPDATE usage_folded SET until = :until WHERE step_seconds = :seconds")
        .bind("seconds", seconds)
        .bind("until", until.atOffset(ZoneOffset.UTC))
        .execute();
    return true;
  }
}
