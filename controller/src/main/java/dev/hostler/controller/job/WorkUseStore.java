package dev.hostler.controller.job;

import dev.hostler.controller.db.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Sums over tasks that have ended. Thread-safe. */
final class WorkUseStore {
  private static final long NANOS = 1_000_000_000;

  /** Of tasks that succeeded (4), failed (5), timed out (6), were refused (8) or lost (10). */
  private static final String SUMS =
      """
      SELECT coalesce(j.bundle, '') AS bundle, coalesce(j.version, '') AS version,
        coalesce(j.action, '') AS action, count(*) AS tasks,
        count(*) FILTER (WHERE t.state = 4) AS succeeded,
        count(*) FILTER (WHERE t.state IN (5, 6, 10)) AS failed,
        count(*) FILTER (WHERE t.state = 8) AS refused,
        count(*) FILTER (WHERE a.oom_kills > 0) AS out_of_memory,
        count(*) FILTER (WHERE (a.usage ->> 'periods')::bigint > 0
          AND (a.usage ->> 'throttledPeriods')::bigint * 10 >= (a.usage ->> 'periods')::bigint)
          AS throttled,
        count(*) FILTER (WHERE jsonb_array_length(a.usage -> 'leaks') > 0) AS leaking,
        coalesce(sum(a.cpu_nanos), 0) / 1e9 AS cpu,
        coalesce(avg(extract(epoch FROM a.ended_at - a.started_at)), 0) AS mean_time,
        coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY a.memory_peak_bytes)
          FILTER (WHERE a.memory_peak_bytes > 0), 0) AS memory_median,
        coalesce(max(a.memory_peak_bytes), 0) AS memory_peak,
        coalesce(sum((a.usage ->> 'readBytes')::bigint), 0)::bigint AS read_bytes,
        coalesce(sum((a.usage ->> 'writtenBytes')::bigint), 0)::bigint AS written_bytes
      FROM tasks t JOIN jobs j ON j.id = t.job_id
        LEFT JOIN attempts a ON a.task_id = t.id AND a.attempt = t.attempt
      WHERE t.state >= 4 AND t.state NOT IN (7, 9) AND t.changed_at >= :since AND
      """;

  private static final String GROUPED = " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";

  /**
   * How tasks ended.
   *
   * @param tasks how many
   * @param failed those that failed, timed out or were lost
   */
  record Ended(long tasks, long failed) {}

  List<WorkUse> ofHost(Transaction transaction, UUID hostId, Instant since) {
    return transaction
        .handle()
        .createQuery(SUMS + "t.host_id = :host" + GROUPED)
        .bind("host", hostId)
        .bind("since", since.atOffset(ZoneOffset.UTC))
        .map((row, _) -> use(row))
        .list();
  }

  List<WorkUse> ofBundle(Transaction transaction, String bundle, Instant since) {
    return transaction
        .handle()
        .createQuery(
            SUMS + "j.bundle = :bundle AND (j.ended_at IS NULL OR j.ended_at >= :since)" + GROUPED)
        .bind("bundle", bundle)
        .bind("since", since.atOffset(ZoneOffset.UTC))
        .map((row, _) -> use(row))
        .list();
  }

  boolean hasRun(Transaction transaction, String bundle) {
    return transaction
        .handle()
        .createQuery("SELECT EXISTS (SELECT FROM jobs WHERE bundle = :bundle)")
        .bind("bundle", bundle)
        .mapTo(Boolean.class)
        .one();
  }

  /** By host. */
  Map<UUID, Ended> ended(Transaction transaction, Instant since) {
    Map<UUID, Ended> ended = new HashMap<>();
    transaction
        .handle()
        .createQuery(
            """
            SELECT host_id, count(*) AS tasks,
              count(*) FILTER (WHERE state IN (5, 6, 10)) AS failed
            FROM tasks WHERE state >= 4 AND state NOT IN (7, 8, 9) AND changed_at >= :since
            GROUP BY host_id
            """)
        .bind("since", since.atOffset(ZoneOffset.UTC))
        .map((row, _) ->
            Map.entry(
                row.getObject("host_id", UUID.class),
                new Ended(row.getLong("tasks"), row.getLong("failed"))))
        .forEach(entry -> ended.put(entry.getKey(), entry.getValue()));
    return ended;
  }

  private static WorkUse use(ResultSet row) throws SQLException {
    return new WorkUse(
        row.getString("bundle"),
        row.getString("version"),
        row.getString("action"),
        row.getLong("tasks"),
        row.getLong("succeeded"),
        row.getLong("failed"),
        row.getLong("refused"),
        row.getLong("out_of_memory"),
        row.getLong("throttled"),
        row.getLong("leaking"),
        seconds(row.getDouble("cpu")),
        seconds(row.getDouble("mean_time")),
        row.getLong("memory_median"),
        row.getLong("memory_peak"),
        row.getLong("read_bytes"),
        row.getLong("written_bytes"));
  }

  /** A host's clock may have been set back meanwhile. */
  private static Duration seconds(double seconds) {
    return Duration.ofNanos((long) (Math.max(0, seconds) * NANOS));
  }
}
