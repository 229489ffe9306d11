package dev.hostler.controller.job;

import dev.hostler.controller.db.Transaction;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * The SQL of {@code tasks} that changes them, and what it needs to know; {@link TaskViewStore} has
 * what people are shown. Thread-safe.
 *
 * <p>A transition locks its row first ({@code lock...}), asks {@link TaskMachine} and writes with
 * {@link #move}, which is guarded by state and attempt once more. Everybody locks tasks in the
 * order of their ids and before jobs.
 */
final class TaskStore {
  private static final RowMapper<TaskRow> ROW =
      (row, _) ->
          new TaskRow(
              row.getObject("id", UUID.class),
              row.getObject("job_id", UUID.class),
              row.getObject("host_id", UUID.class),
              TaskState.of(row.getInt("state")),
              row.getInt("attempt"),
              row.getBoolean("cancel_requested"),
              row.getBoolean("limited"));
  private static final String LOOK =
      """
      SELECT t.id, t.job_id, t.host_id, t.state, t.attempt,
        j.cancel_requested_at IS NOT NULL AS cancel_requested, j.concurrency > 0 AS limited
      FROM tasks t JOIN jobs j ON j.id = t.job_id
      """;

  private final JobStore jobs;

  TaskStore(JobStore jobs) {
    this.jobs = jobs;
  }

  /** The hosts of a job. */
  List<UUID> hosts(Transaction transaction, UUID jobId) {
    return transaction
        .handle()
        .createQuery("SELECT host_id FROM tasks WHERE job_id = :job")
        .bind("job", jobId)
        .mapTo(UUID.class)
        .list();
  }

  /** Writes queued tasks of a new job. */
  void insert(Transaction transaction, List<Task> tasks) {
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO tasks (id, job_id, host_id, host_name, state, changed_at)
            SELECT t.id, :job, t.host_id, t.host_name, 1, :now
            FROM unnest(:ids::uuid[], :hosts::uuid[], :names::text[]) AS t (id, host_id, host_name)
            """)
        .bind("job", tasks.getFirst().jobId())
        .bind("now", tasks.getFirst().changedAt())
        .bind("ids", array(tasks, Task::id, new UUID[0]))
        .bind("hosts", array(tasks, Task::hostId, new UUID[0]))
        .bind("names", array(tasks, Task::hostName, new String[0]))
        .execute();
  }

  /** Locks these tasks. */
  List<TaskRow> lock(Transaction transaction, Collection<UUID> ids) {
    return transaction
        .handle()
        .createQuery(LOOK + "WHERE t.id = ANY (:ids::uuid[]) ORDER BY t.id FOR NO KEY UPDATE OF t")
        .bind("ids", ids.toArray(UUID[]::new))
        .map(ROW)
        .list();
  }

  /** These tasks, without locking them. */
  List<TaskRow> look(Transaction transaction, Collection<UUID> ids) {
    return transaction
        .handle()
        .createQuery(LOOK + "WHERE t.id = ANY (:ids::uuid[])")
        .bind("ids", ids.toArray(UUID[]::new))
        .map(ROW)
        .list();
  }

  /** Locks the tasks that a host answers for, or with {@code queued} all its open ones. */
  List<TaskRow> lockOfHost(Transaction transaction, UUID hostId, boolean queued) {
    return transaction
        .handle()
        .createQuery(
            LOOK
                + "WHERE t.host_id = :host AND t.state IN "
                + (queued ? "(1, 2, 3)" : "(2, 3)")
                + " ORDER BY t.id FOR NO KEY UPDATE OF t")
        .bind("host", hostId)
        .map(ROW)
        .list();
  }

  /** Locks queued tasks of a job. */
  List<TaskRow> lockQueued(Transaction transaction, UUID jobId) {
    return transaction
        .handle()
        .createQuery(
            LOOK + "WHERE t.job_id = :job AND t.state = 1 ORDER BY t.id FOR NO KEY UPDATE OF t")
        .bind("job", jobId)
        .map(ROW)
        .list();
  }

  /** Locks queued tasks whose job was cancelled or has expired. */
  List<TaskRow> lockOverdue(Transaction transaction, Instant now, int limit) {
    return transaction
        .handle()
        .createQuery(
            LOOK
                + """
                WHERE t.state = 1 AND j.ended_at IS NULL
                  AND (j.cancel_requested_at IS NOT NULL OR j.expires_at <= :now)
                ORDER BY t.id LIMIT :limit FOR NO KEY UPDATE OF t SKIP LOCKED
                """)
        .bind("now", now)
        .bind("limit", limit)
        .map(ROW)
        .list();
  }

  /** Locks tasks that these hosts should have reported by {@code deadline}. */
  List<TaskRow> lockOutlived(Transaction transaction, Collection<UUID> hosts, Instant deadline) {
    return transaction
        .handle()
        .createQuery(
            LOOK
                + """
                JOIN attempts a ON a.task_id = t.id AND a.attempt = t.attempt
                WHERE t.host_id = ANY (:hosts::uuid[]) AND t.state IN (2, 3)
                  AND coalesce(a.running_at, a.assigned_at)
                    + j.allowance_millis * interval '1 millisecond' <= :deadline
                ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED
                """)
        .bind("hosts", hosts.toArray(UUID[]::new))
        .bind("deadline", deadline)
        .map(ROW)
        .list();
  }

  /**
   * Locks the oldest queued tasks of hosts, at most as many of each as it has slots, without
   * waiting for rows that another controller is looking at.
   */
  List<TaskRow> lockClaimable(Transaction transaction, Map<UUID, Integer> slots, Instant now) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT t.id, t.job_id, t.host_id, t.state, t.attempt, FALSE AS cancel_requested, t.limited
            FROM unnest(:hosts::uuid[], :slots::int[]) AS w (host_id, slots)
            CROSS JOIN LATERAL (
              SELECT q.*, j.concurrency > 0 AS limited FROM tasks q JOIN jobs j ON j.id = q.job_id
              WHERE q.host_id = w.host_id AND q.state = 1
                AND j.cancel_requested_at IS NULL AND j.expires_at > :now
                AND (j.concurrency = 0 OR j.running < j.concurrency)
              ORDER BY q.id LIMIT w.slots FOR NO KEY UPDATE OF q SKIP LOCKED) t
            """)
        .bind("hosts", slots.keySet().toArray(UUID[]::new))
        .bind("slots", slots.values().toArray(Integer[]::new))
        .bind("now", now)
        .map(ROW)
        .list();
  }

  /**
   * Writes transitions of locked rows, and the counts of their jobs. A move to ASSIGNED begins the
   * next attempt; one to a terminal state deletes what opened sealed parameters.
   *
   * @throws IllegalStateException if a row is not as it was when it was locked
   */
  void move(Transaction transaction, Collection<Move> moves, Instant now) {
    if (moves.isEmpty()) {
      return;
    }
    int written =
        transaction
            .handle()
            .createUpdate(
                """
                WITH gone AS (DELETE FROM task_sealed_keys WHERE task_id = ANY (:over::uuid[]))
                UPDATE tasks t SET state = m.next, changed_at = :now, message = m.message,
                  attempt = t.attempt + CASE WHEN m.next = 2 THEN 1 ELSE 0 END
                FROM unnest(:ids::uuid[], :attempts::int[], :states::int[], :nexts::int[],
                  :messages::text[]) AS m (id, attempt, state, next, message)
                WHERE t.id = m.id AND t.attempt = m.attempt AND t.state = m.state
                """)
            .bind("now", now)
            .bind(
                "over",
                moves.stream()
                    .filter(move -> move.to().isTerminal())
                    .map(move -> move.row().id())
                    .toArray(UUID[]::new))
            .bind("ids", array(moves, m -> m.row().id(), new UUID[0]))
            .bind("attempts", array(moves, m -> m.row().attempt(), new Integer[0]))
            .bind("states", array(moves, m -> m.row().state().code(), new Integer[0]))
            .bind("nexts", array(moves, m -> m.to().code(), new Integer[0]))
            .bind("messages", array(moves, Move::message, new String[0]))
            .execute();
    if (written != moves.size()) {
      throw new IllegalStateException(
          "%d of %d locked tasks are not as they were".formatted(written, moves.size()));
    }
    Map<UUID, TaskCounts> deltas = new HashMap<>();
    for (Move move : moves) {
      TaskCounts delta = deltas.getOrDefault(move.row().jobId(), TaskCounts.NONE);
      deltas.put(move.row().jobId(), delta.plus(move.row().state(), -1).plus(move.to(), 1));
    }
    jobs.count(transaction, deltas, now);
  }

  /** The attempts of cancelled jobs that these hosts still answer for. */
  Map<AttemptRef, UUID> cancelled(Transaction transaction, Collection<UUID> hosts) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT t.id, t.attempt, t.host_id FROM tasks t JOIN jobs j ON j.id = t.job_id
            WHERE t.host_id = ANY (:hosts::uuid[]) AND t.state IN (2, 3)
              AND j.cancel_requested_at IS NOT NULL
            """)
        .bind("hosts", hosts.toArray(UUID[]::new))
        .reduceRows(
            new HashMap<AttemptRef, UUID>(),
            (map, row) -> {
              map.put(
                  new AttemptRef(
                      row.getColumn("id", UUID.class), row.getColumn("attempt", Integer.class)),
                  row.getColumn("host_id", UUID.class));
              return map;
            });
  }

  /** The hosts that answer for some task. */
  List<UUID> answeringHosts(Transaction transaction) {
    return transaction
        .handle()
        .createQuery("SELECT DISTINCT host_id FROM tasks WHERE state IN (2, 3)")
        .mapTo(UUID.class)
        .list();
  }

  /** How many tasks are in each open state. */
  Map<TaskState, Integer> openByState(Transaction transaction) {
    return transaction
        .handle()
        .createQuery(
            "SELECT state, count(*) AS n FROM tasks WHERE state = 1 OR state IN (2, 3) GROUP BY 1")
        .reduceRows(
            new HashMap<TaskState, Integer>(),
            (map, row) -> {
              map.put(
                  TaskState.of(row.getColumn("state", Integer.class)),
                  row.getColumn("n", Integer.class));
              return map;
            });
  }

  private static <T, R> R[] array(Collection<T> from, Function<T, R> field, R[] kind) {
    return from.stream().map(field).toList().toArray(kind);
  }
}
