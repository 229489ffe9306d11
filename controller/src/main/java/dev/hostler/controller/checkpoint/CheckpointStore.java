package dev.hostler.controller.checkpoint;

import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.job.CheckpointHeld;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** The SQL of {@code checkpoints} and {@code checkpoint_hosts}. Thread-safe. */
final class CheckpointStore {

  /** Makes it, if there is none of its name; returns the one that is there, locked. */
  Checkpoint make(Transaction transaction, Checkpoint checkpoint) {
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO checkpoints (name, paths, created_at, created_by)
            VALUES (:name, :paths, :at, :by) ON CONFLICT (name) DO NOTHING
            """)
        .bind("name", checkpoint.name())
        .bindArray("paths", String.class, checkpoint.paths())
        .bind("at", checkpoint.createdAt().atOffset(ZoneOffset.UTC))
        .bind("by", checkpoint.createdBy())
        .execute();
    return transaction
        .handle()
        .createQuery("SELECT * FROM checkpoints WHERE name = :name FOR UPDATE")
        .bind("name", checkpoint.name())
        .map((row, _) -> checkpoint(row))
        .one();
  }

  /** These hosts are asked to have it. Those that have it already are left as they are. */
  void ask(
      Transaction transaction, String name, UUID jobId, String operator, Collection<UUID> hosts) {
    try (PreparedBatch batch =
        transaction
            .handle()
            .prepareBatch(
                """
                INSERT INTO checkpoint_hosts (name, host_id, job_id, asked_by)
                VALUES (:name, :host, :job, :by)
                ON CONFLICT (name, host_id) DO UPDATE SET job_id = excluded.job_id,
                  asked_by = excluded.asked_by WHERE checkpoint_hosts.snapshot IS NULL
                """)) {
      hosts.forEach(host ->
          batch
              .bind("name", name)
              .bind("host", host)
              .bind("job", jobId)
              .bind("by", operator)
              .add());
      batch.execute();
    }
  }

  /** A host has it. Nothing, if nobody ever asked for a checkpoint of that name. */
  void kept(Transaction transaction, UUID host, UUID jobId, CheckpointHeld held) {
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO checkpoint_hosts (name, host_id, job_id, asked_by, snapshot, taken_at,
              entries, bytes, stored_bytes)
            SELECT name, :host, :job, created_by, :snapshot, :taken, :entries, :bytes, :stored
            FROM checkpoints WHERE name = :name
            ON CONFLICT (name, host_id) DO UPDATE SET snapshot = excluded.snapshot,
              taken_at = excluded.taken_at, entries = excluded.entries, bytes = excluded.bytes,
              stored_bytes = excluded.stored_bytes
            """)
        .bind("name", held.name())
        .bind("host", host)
        .bind("job", jobId)
        .bind("snapshot", held.snapshot())
        .bind("taken", utc(held.takenAt()))
        .bind("entries", held.entries())
        .bind("bytes", held.bytes())
        .bind("stored", held.storedBytes())
        .execute();
  }

  /** A host does not have it; the job's task says why. */
  void missing(Transaction transaction, UUID host, UUID jobId, String name) {
    transaction
        .handle()
        .createUpdate(
            """
            UPDATE checkpoint_hosts SET snapshot = NULL, taken_at = NULL, job_id = :job,
              entries = 0, bytes = 0, stored_bytes = 0
            WHERE name = :name AND host_id = :host
            """)
        .bind("name", name)
        .bind("host", host)
        .bind("job", jobId)
        .execute();
  }

  /** A host has forgotten it. */
  void remove(Transaction transaction, UUID host, String name) {
    transaction
        .handle()
        .createUpdate("DELETE FROM checkpoint_hosts WHERE name = :name AND host_id = :host")
        .bind("name", name)
        .bind("host", host)
        .execute();
    removeEmpty(transaction, List.of(name));
  }

  /** A host is gone. */
  void removeHost(Transaction transaction, UUID host) {
    removeEmpty(
        transaction,
        transaction
            .handle()
            .createQuery("DELETE FROM checkpoint_hosts WHERE host_id = :host RETURNING name")
            .bind("host", host)
            .mapTo(String.class)
            .list());
  }

  private static void removeEmpty(Transaction transaction, Collection<String> names) {
    transaction
        .handle()
        .createUpdate(
            """
            DELETE FROM checkpoints WHERE name = ANY(:names) AND NOT EXISTS
              (SELECT FROM checkpoint_hosts WHERE checkpoint_hosts.name = checkpoints.name)
            """)
        .bindArray("names", String.class, names)
        .execute();
  }

  /** By name. */
  List<Checkpoint> all(Transaction transaction) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM checkpoints ORDER BY name")
        .map((row, _) -> checkpoint(row))
        .list();
  }

  /** The one of a name. */
  Optional<Checkpoint> find(Transaction transaction, String name) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM checkpoints WHERE name = :name")
        .bind("name", name)
        .map((row, _) -> checkpoint(row))
        .findOne();
  }

  /**
   * Hosts.
   *
   * @param name of a checkpoint; empty: of all
   */
  List<CheckpointHost> hosts(Transaction transaction, String name) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT * FROM checkpoint_hosts WHERE :name = '' OR name = :name
            ORDER BY name, host_id
            """)
        .bind("name", name)
        .map((row, _) -> host(row))
        .list();
  }

  private static Checkpoint checkpoint(ResultSet row) throws SQLException {
    return new Checkpoint(
        row.getString("name"),
        Arrays.asList((String[]) row.getArray("paths").getArray()),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getString("created_by"));
  }

  private static CheckpointHost host(ResultSet row) throws SQLException {
    OffsetDateTime taken = row.getObject("taken_at", OffsetDateTime.class);
    return new CheckpointHost(
        row.getString("name"),
        row.getObject("host_id", UUID.class),
        row.getObject("job_id", UUID.class),
        row.getString("asked_by"),
        row.getString("snapshot"),
        taken == null ? null : taken.toInstant(),
        row.getLong("entries"),
        row.getLong("bytes"),
        row.getLong("stored_bytes"));
  }

  private static @Nullable OffsetDateTime utc(@Nullable Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }
}
