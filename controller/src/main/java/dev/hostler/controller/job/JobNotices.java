package dev.hostler.controller.job;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Notices;
import dev.hostler.controller.db.Transaction;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What controllers on the same database tell each other: that a job was submitted or cancelled.
 * Only hints; who misses one finds out at its next poll or sweep. Thread-safe.
 */
public final class JobNotices implements AutoCloseable {
  private static final String CHANNEL = "hostler_jobs";
  private static final String SUBMITTED = "submitted";
  private static final String CANCELLED = "cancelled";

  private final Database database;
  private final JobStore jobs;
  private final WorkHints hints;
  private final TimeSource time;

  /** Tells our own notices from those of others. */
  private final String self = UUID.randomUUID().toString();

  private @Nullable Notices notices;

  JobNotices(Database database, JobStore jobs, WorkHints hints, TimeSource time) {
    this.database = database;
    this.jobs = jobs;
    this.hints = hints;
    this.time = time;
  }

  void submitted(Transaction transaction) {
    jobs.tell(transaction, CHANNEL, SUBMITTED + " " + self);
  }

  void cancelled(Transaction transaction) {
    jobs.tell(transaction, CHANNEL, CANCELLED + " " + self);
  }

  /** Begins to listen to other controllers. */
  public void start(Sweeper sweeper) {
    notices = database.listen(CHANNEL, payload -> hear(payload, sweeper), time);
  }

  private void hear(String payload, Sweeper sweeper) {
    if (payload.endsWith(self)) {
      return;
    }
    if (payload.startsWith(CANCELLED)) {
      sweeper.sendCancellations();
    } else {
      hints.all();
    }
  }

  /** Stops listening. Idempotent. */
  @Override
  public void close() {
    Notices open = notices;
    if (open != null) {
      open.close();
    }
  }
}
