package dev.hostler.controller.job;

import dev.hostler.controller.db.Transaction;
import dev.hostler.trust.job.SignedJob;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of {@code jobs}. Thread-safe. */
final class JobStore {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final RowMapper<Job> JOB = (row, _) -> job(row);

  /** What an operator signed, and the nonce in it. */
  record Signed(SignedJob job, String nonce) {}

  /** How much of the concurrency limit is used. */
  record Limit(UUID jobId, int concurrency, int running) {}

  /** Tells other controllers, once this is committed, that there may be something to do. */
  void tell(Transaction transaction, String channel, String payload) {
    transaction
        .handle()
        .createQuery("SELECT pg_notify(:channel, :payload)::text")
        .bind("channel", channel)
        .bind("payload", payload)
        .mapTo(String.class)
        .one();
  }

  /**
   * Writes a job.
   *
   * @param signed what its operator signed
   * @param allowance how long an attempt may take at most
   */
  void insert(
      Transaction transaction,
      Job job,
      Signed signed,
      Duration allowance,
      @Nullable String idempotencyKey) {
    Work.@Nullable Action action = job.work() instanceof Work.Action a ? a : null;
    Work.@Nullable Command command = job.work() instanceof Work.Command c ? c : null;
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO jobs (id, operator, title, bundle, version, action, manifest_digest,
              bundle_size, params, argv, env, timeout_millis, allowance_millis, concurrency,
              idempotency_key, created_at, expires_at, total, queued, running, succeeded, failed,
              statement, signature, nonce)
            VALUES (:id, :operator, :title, :bundle, :version, :action, :digest, :size, :params,
              :argv::text[], :env::jsonb, :timeout, :allowance, :concurrency, :key, :created,
              :expires, :total, :total, 0, 0, 0, :statement, :signature, :nonce)
            """)
        .bind("id", job.id())
        .bind("operator", job.operator())
        .bind("title", job.title())
        .bind("bundle", action == null ? null : action.bundle())
        .bind("version", action == null ? null : action.version())
        .bind("action", action == null ? null : action.action())
        .bind("digest", action == null ? null : HexFormat.of().parseHex(action.manifestDigest()))
        .bind("size", action == null ? null : (Long) action.bundleSize())
        .bind("params", action == null ? null : action.params())
        .bind("argv", command == null ? null : command.argv().toArray(String[]::new))
        .bind("env", JSON.writeValueAsString(job.env()))
        .bind("timeout", job.timeout() == null ? null : (Long) job.timeout().toMillis())
        .bind("allowance", allowance.toMillis())
        .bind("concurrency", job.concurrency())
        .bind("key", idempotencyKey)
        .bind("created", job.createdAt())
        .bind("expires", job.expiresAt())
        .bind("total", job.counts().total())
        .bind("statement", signed.job().statement())
        .bind("signature", signed.job().signature())
        .bind("nonce", signed.nonce())
        .execute();
  }

  /** Has this operator submitted a job with this nonce? */
  boolean hasNonce(Transaction transaction, String operator, String nonce) {
    return transaction
        .handle()
        .createQuery(
            "SELECT EXISTS (SELECT FROM jobs WHERE operator = :operator AND nonce = :nonce)")
        .bind("operator", operator)
        .bind("nonce", nonce)
        .mapTo(Boolean.class)
        .one();
  }

  /** What was signed, by job; jobs of before jobs were signed are missing. */
  Map<UUID, SignedJob> signed(Transaction transaction, Collection<UUID> ids) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT id, statement, signature FROM jobs
            WHERE id = ANY (:ids::uuid[]) AND statement IS NOT NULL
            """)
        .bind("ids", ids.toArray(UUID[]::new))
        .map((row, _) ->
            Map.entry(
                row.getObject("id", UUID.class),
                new SignedJob(row.getBytes("statement"), row.getBytes("signature"))))
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  Optional<Job> find(Transaction transaction, UUID id) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM jobs WHERE id = :id")
        .bind("id", id)
        .map(JOB)
        .findOne();
  }

  Optional<Job> findByKey(Transaction transaction, String operator, String key) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM jobs WHERE operator = :operator AND idempotency_key = :key")
        .bind("operator", operator)
        .bind("key", key)
        .map(JOB)
        .findOne();
  }

  /** Lets one submission with this key at a time pass, until the end of the transaction. */
  void lockKey(Transaction transaction, String operator, String key) {
    transaction
        .handle()
        .createQuery("SELECT pg_advisory_xact_lock(hashtextextended(:key, 20))::text")
        .bind("key", operator + '\n' + key)
        .mapTo(String.class)
        .one();
  }

  List<Job> find(Transaction transaction, Collection<UUID> ids) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM jobs WHERE id = ANY (:ids::uuid[])")
        .bind("ids", ids.toArray(UUID[]::new))
        .map(JOB)
        .list();
  }

  /** Newest first. */
  List<Job> list(
      Transaction transaction, @Nullable UUID before, @Nullable JobState state, int limit) {
    String condition =
        switch (state) {
          case null -> "TRUE";
          case RUNNING -> "ended_at IS NULL";
          case SUCCEEDED -> "ended_at IS NOT NULL AND failed = 0";
          case FAILED -> "ended_at IS NOT NULL AND failed > 0 AND cancel_requested_at IS NULL";
          case CANCELLED ->
              "ended_at IS NOT NULL AND failed > 0 AND cancel_requested_at IS NOT NULL";
        };
    return transaction
        .handle()
        .createQuery(
            "SELECT * FROM jobs WHERE (:before::uuid IS NULL OR id < :before::uuid) AND "
                + condition
                + " ORDER BY id DESC LIMIT :limit")
        .bind("before", before)
        .bind("limit", limit)
        .map(JOB)
        .list();
  }

  /** Returns whether this call asked first; false if it was cancelled before or has ended. */
  boolean requestCancel(Transaction transaction, UUID id, Instant now) {
    return transaction
            .handle()
            .createUpdate(
                """
                UPDATE jobs SET cancel_requested_at = :now
                WHERE id = :id AND cancel_requested_at IS NULL AND ended_at IS NULL
                """)
            .bind("id", id)
            .bind("now", now)
            .execute()
        == 1;
  }

  /** The one that ended first before {@code limit} and has output; nobody else works at it. */
  Optional<UUID> lockWithOldOutput(Transaction transaction, Instant limit) {
    return lockEnded(transaction, "output_removed_at IS NULL", limit);
  }

  /** The one that ended first before {@code limit} and has no output any more. */
  Optional<UUID> lockOld(Transaction transaction, Instant limit) {
    return lockEnded(transaction, "output_removed_at IS NOT NULL", limit);
  }

  private static Optional<UUID> lockEnded(
      Transaction transaction, String condition, Instant limit) {
    return transaction
        .handle()
        .createQuery(
            "SELECT id FROM jobs WHERE ended_at < :limit AND "
                + condition
                + " ORDER BY ended_at LIMIT 1 FOR UPDATE SKIP LOCKED")
        .bind("limit", limit)
        .mapTo(UUID.class)
        .findOne();
  }

  /** Its output is not there any more. */
  void outputRemoved(Transaction transaction, UUID id, Instant now) {
    transaction
        .handle()
        .createUpdate("UPDATE jobs SET output_removed_at = :now WHERE id = :id")
        .bind("id", id)
        .bind("now", now)
        .execute();
  }

  /** Removes a job that has no tasks any more. */
  void remove(Transaction transaction, UUID id) {
    transaction.handle().execute("DELETE FROM jobs WHERE id = ?", id);
  }

  /** Locks limited jobs and tells how much of their limits is used. */
  List<Limit> lockLimits(Transaction transaction, Collection<UUID> ids) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT id, concurrency, running FROM jobs WHERE id = ANY (:ids::uuid[])
            ORDER BY id FOR NO KEY UPDATE
            """)
        .bind("ids", ids.toArray(UUID[]::new))
        .map((row, _) ->
            new Limit(
                row.getObject("id", UUID.class), row.getInt("concurrency"), row.getInt("running")))
        .list();
  }

  /** Adds to the counts; a job whose last task ended, ends now. */
  void count(Transaction transaction, Map<UUID, TaskCounts> deltas, Instant now) {
    SortedMap<UUID, TaskCounts> order = new TreeMap<>(deltas);
    order.values().removeIf(TaskCounts.NONE::equals);
    if (order.isEmpty()) {
      return;
    }
    UUID[] ids = order.keySet().toArray(UUID[]::new);
    if (ids.length > 1) {
      // All lock jobs in the order of the database's ids, and after tasks: no deadlock.
      var _ = lockLimits(transaction, order.keySet());
    }
    transaction
        .handle()
        .createUpdate(
            """
            UPDATE jobs j SET
              queued = j.queued + d.queued, running = j.running + d.running,
              succeeded = j.succeeded + d.succeeded, failed = j.failed + d.failed,
              ended_at = CASE WHEN j.queued + d.queued + j.running + d.running = 0
                         THEN :now::timestamptz END
            FROM unnest(:ids::uuid[], :queued::int[], :running::int[], :succeeded::int[],
              :failed::int[]) AS d (id, queued, running, succeeded, failed)
            WHERE j.id = d.id
            """)
        .bind("now", now)
        .bind("ids", ids)
        .bind("queued", order.values().stream().map(TaskCounts::queued).toArray(Integer[]::new))
        .bind("running", order.values().stream().map(TaskCounts::running).toArray(Integer[]::new))
        .bind(
            "succeeded", order.values().stream().map(TaskCounts::succeeded).toArray(Integer[]::new))
        .bind("failed", order.values().stream().map(TaskCounts::failed).toArray(Integer[]::new))
        .execute();
  }

  private static Job job(ResultSet row) throws SQLException {
    byte @Nullable [] digest = row.getBytes("manifest_digest");
    Array argv = row.getArray("argv");
    Work work =
        digest == null
            ? new Work.Command(List.of((String[]) argv.getArray()))
            : new Work.Action(
                row.getString("bundle"),
                row.getString("version"),
                row.getString("action"),
                HexFormat.of().formatHex(digest),
                row.getLong("bundle_size"),
                row.getString("params"));
    long timeout = row.getLong("timeout_millis");
    Duration limit = row.wasNull() ? null : Duration.ofMillis(timeout);
    return new Job(
        row.getObject("id", UUID.class),
        row.getString("operator"),
        row.getString("title"),
        work,
        JSON.readValue(row.getString("env"), new TypeReference<Map<String, String>>() {}),
        limit,
        row.getInt("concurrency"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("expires_at", OffsetDateTime.class).toInstant(),
        instant(row, "ended_at"),
        instant(row, "cancel_requested_at"),
        instant(row, "output_removed_at"),
        new TaskCounts(
            row.getInt("queued"),
            row.getInt("running"),
            row.getInt("succeeded"),
            row.getInt("failed")));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
