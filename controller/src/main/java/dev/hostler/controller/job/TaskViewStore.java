package dev.hostler.controller.job;

import dev.hostler.controller.db.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Tasks with their results, as people are shown them. Thread-safe. */
final class TaskViewStore {
  private static final RowMapper<Task> TASK = (row, _) -> task(row);
  private static final String SELECT =
      """
      SELECT t.*, a.outcome, a.exit_code, a.signal, a.message AS result_message, a.refusal,
        a.started_at, a.ended_at, a.stdout_bytes, a.stderr_bytes, a.stdout_dropped,
        a.stderr_dropped, a.output_error, a.cpu_nanos, a.memory_peak_bytes, a.oom_kills,
        a.pids_denied, a.usage, a.limits_hit, a.learned, a.network, a.snapshots,
        coalesce(a.denied_calls, 0) AS denied_calls
      FROM tasks t LEFT JOIN attempts a ON a.task_id = t.id AND a.attempt = t.attempt
      """;

  /** Tasks of a job by host name, after the given one. */
  List<Task> list(
      Transaction transaction,
      UUID jobId,
      @Nullable String afterName,
      @Nullable UUID afterId,
      int limit) {
    return transaction
        .handle()
        .createQuery(
            SELECT
                + """
                WHERE t.job_id = :job AND (:id::uuid IS NULL
                  OR (t.host_name, t.id) > (:name::text COLLATE "C", :id::uuid))
                ORDER BY t.host_name, t.id LIMIT :limit
                """)
        .bind("job", jobId)
        .bind("name", afterName)
        .bind("id", afterId)
        .bind("limit", limit)
        .map(TASK)
        .list();
  }

  /** Tasks of a job among these ids. */
  List<Task> find(Transaction transaction, UUID jobId, Collection<UUID> ids) {
    return transaction
        .handle()
        .createQuery(
            SELECT + "WHERE t.job_id = :job AND t.id = ANY (:ids::uuid[]) ORDER BY t.host_name")
        .bind("job", jobId)
        .bind("ids", ids.toArray(UUID[]::new))
        .map(TASK)
        .list();
  }

  Optional<Task> find(Transaction transaction, UUID id) {
    return transaction
        .handle()
        .createQuery(SELECT + "WHERE t.id = :id")
        .bind("id", id)
        .map(TASK)
        .findOne();
  }

  private static Task task(ResultSet row) throws SQLException {
    return new Task(
        row.getObject("id", UUID.class),
        row.getObject("job_id", UUID.class),
        row.getObject("host_id", UUID.class),
        row.getString("host_name"),
        TaskState.of(row.getInt("state")),
        row.getInt("attempt"),
        row.getObject("changed_at", OffsetDateTime.class).toInstant(),
        AttemptStore.result(row),
        row.getString("message"),
        row.getLong("denied_calls"));
  }
}
