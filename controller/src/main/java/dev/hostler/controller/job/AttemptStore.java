package dev.hostler.controller.job;

import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.denial.DeniedAttempt;
import dev.hostler.controller.denial.DeniedTotals;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of {@code attempts}. Thread-safe. */
final class AttemptStore {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Attempts that begin now. */
  void insert(Transaction transaction, Collection<AttemptRef> refs, Instant now) {
    if (refs.isEmpty()) {
      return;
    }
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO attempts (task_id, attempt, assigned_at)
            SELECT a.task_id, a.attempt, :now
            FROM unnest(:tasks::uuid[], :attempts::int[]) AS a (task_id, attempt)
            """)
        .bind("now", now)
        .bind("tasks", refs.stream().map(AttemptRef::taskId).toArray(UUID[]::new))
        .bind("attempts", refs.stream().map(AttemptRef::attempt).toArray(Integer[]::new))
        .execute();
  }

  /** Attempts whose program was started. */
  void running(Transaction transaction, Collection<AttemptRef> refs, Instant now) {
    if (refs.isEmpty()) {
      return;
    }
    transaction
        .handle()
        .createUpdate(
            """
            UPDATE attempts a SET running_at = :now
            FROM unnest(:tasks::uuid[], :attempts::int[]) AS r (task_id, attempt)
            WHERE a.task_id = r.task_id AND a.attempt = r.attempt AND a.running_at IS NULL
            """)
        .bind("now", now)
        .bind("tasks", refs.stream().map(AttemptRef::taskId).toArray(UUID[]::new))
        .bind("attempts", refs.stream().map(AttemptRef::attempt).toArray(Integer[]::new))
        .execute();
  }

  /** How many calls of attempts were denied. */
  void denied(Transaction transaction, Map<DeniedAttempt, DeniedTotals> totals) {
    try (PreparedBatch batch =
        transaction
            .handle()
            .prepareBatch(
                """
                UPDATE attempts SET denied_calls = :calls WHERE task_id = :task AND attempt = :attempt
                """)) {
      totals.forEach((attempt, total) ->
          batch
              .bind("task", attempt.taskId())
              .bind("attempt", attempt.attempt())
              .bind("calls", total.all())
              .add());
      if (!totals.isEmpty()) {
        batch.execute();
      }
    }
  }

  /** Results of attempts. */
  void ended(Transaction transaction, Map<AttemptRef, AttemptResult> results) {
    if (results.isEmpty()) {
      return;
    }
    try (PreparedBatch batch =
        transaction
            .handle()
            .prepareBatch(
                """
                UPDATE attempts SET outcome = :outcome, exit_code = :exit, signal = :signal,
                  message = :message, refusal = :refusal, started_at = :started,
                  ended_at = :ended, stdout_bytes = :stdout, stderr_bytes = :stderr,
                  stdout_dropped = :stdout_dropped, stderr_dropped = :stderr_dropped,
                  output_error = :output_error, cpu_nanos = :cpu, memory_peak_bytes = :memory,
                  oom_kills = :ooms, pids_denied = :pids, usage = :usage::jsonb,
                  limits_hit = :limits::jsonb, learned = :learned,
                  snapshots = :snapshots::jsonb,
                  network = :network::jsonb
                WHERE task_id = :task AND attempt = :attempt
                """)) {
      results.forEach((ref, result) ->
          batch
              .bind("task", ref.taskId())
              .bind("attempt", ref.attempt())
              .bind("outcome", result.outcome().code())
              .bind("exit", result.exitCode())
              .bind("signal", result.signal())
              .bind("message", result.message())
              .bind("refusal", result.refusal().code())
              .bind("started", result.startedAt())
              .bind("ended", result.endedAt())
              .bind("stdout", result.stdout().bytes())
              .bind("stderr", result.stderr().bytes())
              .bind("stdout_dropped", result.stdout().droppedBytes())
              .bind("stderr_dropped", result.stderr().droppedBytes())
              .bind("output_error", result.outputError())
              .bind("cpu", result.use().cpuNanos())
              .bind("memory", result.use().memoryPeakBytes())
              .bind("ooms", result.use().oomKills())
              .bind("pids", result.use().pidsDenied())
              .bind("usage", json(result.use().summary()))
              .bind("network", json(result.use().network()))
              .bind("limits", LimitHits.json(result.limitsHit()))
              .bind("learned", result.learned())
              .bind("snapshots", SnapshotResults.json(result.snapshots()))
              .add());
      batch.execute();
    }
  }

  /**
   * The result in a row that has the columns of {@link TaskViewStore}'s queries; null if none yet.
   */
  static @Nullable AttemptResult result(ResultSet row) throws SQLException {
    int outcome = row.getInt("outcome");
    if (row.wasNull()) {
      return null;
    }
    return new AttemptResult(
        Outcome.of(outcome),
        row.getInt("exit_code"),
        row.getInt("signal"),
        row.getString("result_message"),
        Refusal.of(row.getInt("refusal")),
        instant(row, "started_at"),
        instant(row, "ended_at"),
        new AttemptResult.StreamTotals(row.getLong("stdout_bytes"), row.getLong("stdout_dropped")),
        new AttemptResult.StreamTotals(row.getLong("stderr_bytes"), row.getLong("stderr_dropped")),
        row.getString("output_error"),
        new AttemptResult.ResourceUse(
            row.getLong("cpu_nanos"),
            row.getLong("memory_peak_bytes"),
            row.getLong("oom_kills"),
            row.getLong("pids_denied"),
            usage(row.getString("usage")),
            network(row.getString("network"))),
        LimitHits.read(row.getString("limits_hit")),
        row.getString("learned"),
        SnapshotResults.read(row.getString("snapshots")),
        null);
  }

  private static @Nullable String json(@Nullable Object value) {
    return value == null ? null : JSON.writeValueAsString(value);
  }

  private static @Nullable NetworkUse network(@Nullable String json) {
    return json == null ? null : JSON.readValue(json, NetworkUse.class);
  }

  private static @Nullable UsageSummary usage(@Nullable String json) {
    return json == null ? null : JSON.readValue(json, UsageSummary.class);
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
