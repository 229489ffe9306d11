package dev.hostler.controller.usage;

import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.job.AttemptRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** The SQL of samples as they come: {@code usage_raw}. Thread-safe. */
final class UsageStore {
  static final int HOST = 0;
  static final int ACTION = 1;
  static final int COMMAND = 2;

  static final String VALUES =
      "seconds, cpu_seconds, memory_bytes, memory_max_bytes, memory_limit_bytes, processes,"
          + " threads, files, sockets, read_bytes, written_bytes, periods, throttled_periods,"
          + " cpu_stalled, memory_stalled, io_stalled, disk_bytes, disk_used_bytes";

  /** Keeps samples; those of hosts that are not there are passed over. */
  void insert(Transaction transaction, Collection<Measured> all) {
    if (all.isEmpty()) {
      return;
    }
    try (PreparedBatch batch =
        transaction
            .handle()
            .prepareBatch(
                "INSERT INTO usage_raw (at, host_id, kind, bundle, action, job_id, task_id, attempt, "
                    + VALUES
                    + """
                    )
                    SELECT :at, :host, :kind, :bundle, :action, :job, :task, :attempt,
                      :seconds, :cpuSeconds, :memoryBytes, :memoryMaxBytes, :memoryLimitBytes,
                      :processes, :threads, :files, :sockets, :readBytes, :writtenBytes, :periods,
                      :throttledPeriods, :cpuStalled, :memoryStalled, :ioStalled, :diskBytes,
                      :diskUsedBytes
                    WHERE EXISTS (SELECT FROM hosts WHERE id = :host)
                    """)) {
      for (Measured one : all) {
        Measured.Subject.Attempt attempt =
            one.subject() instanceof Measured.Subject.Attempt some ? some : null;
        batch
            .bind("at", one.at().atOffset(ZoneOffset.UTC))
            .bind("host", one.hostId())
            .bind("kind", attempt == null ? HOST : attempt.bundle() == null ? COMMAND : ACTION)
            .bind("bundle", attempt == null ? "" : Objects.requireNonNullElse(attempt.bundle(), ""))
            .bind("action", attempt == null ? "" : Objects.requireNonNullElse(attempt.action(), ""))
            .bind("job", attempt == null ? null : attempt.jobId())
            .bind("task", attempt == null ? null : attempt.ref().taskId())
            .bind("attempt", attempt == null ? null : (Integer) attempt.ref().attempt())
            .bindMethods(one.sample())
            .add();
      }
      batch.execute();
    }
  }

  /** The newest sample since then of each host, and of each attempt that has not ended. */
  List<Measured> newest(Transaction transaction, Instant since) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT DISTINCT ON (host_id, task_id) * FROM usage_raw WHERE at >= :since
              AND (task_id IS NULL
                OR EXISTS (SELECT FROM tasks WHERE tasks.id = usage_raw.task_id AND state IN (2, 3)))
            ORDER BY host_id, task_id, at DESC
            """)
        .bind("since", since.atOffset(ZoneOffset.UTC))
        .map((row, _) -> measured(row))
        .list();
  }

  /** Forgets what is older, at most so many rows; how many these were. */
  int forget(Transaction transaction, String table, Instant before, int most) {
    return transaction
        .handle()
        .createUpdate(
            """
            DELETE FROM %1$s WHERE ctid = ANY (ARRAY(
              SELECT ctid FROM %1$s WHERE at < :before ORDER BY at LIMIT :most))
            """
                .formatted(table))
        .bind("before", before.atOffset(ZoneOffset.UTC))
        .bind("most", most)
        .execute();
  }

  private static Measured measured(ResultSet row) throws SQLException {
    UUID task = row.getObject("task_id", UUID.class);
    boolean command = row.getInt("kind") == COMMAND;
    Measured.Subject subject =
        task == null
            ? new Measured.Subject.WholeHost()
            : new Measured.Subject.Attempt(
                new AttemptRef(task, row.getInt("attempt")),
                row.getObject("job_id", UUID.class),
                command ? null : row.getString("bundle"),
                command ? null : row.getString("action"));
    return new Measured(
        instant(row, "at"), row.getObject("host_id", UUID.class), subject, sample(row));
  }

  /** The columns of {@link #VALUES}. */
  static Sample sample(ResultSet row) throws SQLException {
    @Nullable Double memory = real(row, "memory_bytes");
    return new Sample(
        row.getDouble("seconds"),
        real(row, "cpu_seconds"),
        memory == null ? null : Math.round(memory),
        number(row, "memory_max_bytes"),
        number(row, "memory_limit_bytes"),
        number(row, "processes"),
        number(row, "threads"),
        number(row, "files"),
        number(row, "sockets"),
        number(row, "read_bytes"),
        number(row, "written_bytes"),
        number(row, "periods"),
        number(row, "throttled_periods"),
        real(row, "cpu_stalled"),
        real(row, "memory_stalled"),
        real(row, "io_stalled"),
        number(row, "disk_bytes"),
        number(row, "disk_used_bytes"));
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static @Nullable Long number(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  private static @Nullable Double real(ResultSet row, String column) throws SQLException {
    double value = row.getDouble(column);
    return row.wasNull() ? null : value;
  }
}
