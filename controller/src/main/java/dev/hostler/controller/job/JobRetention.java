package dev.hostler.controller.job;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.output.OutputStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the output of jobs that ended long ago, and later the jobs themselves. What they left in
 * the audit log stays. In small transactions: nobody waits for it, and a kill in between loses
 * nothing but time. Thread-safe; several controllers may do it at once.
 */
public final class JobRetention {
  private static final Logger LOG = LoggerFactory.getLogger(JobRetention.class);
  private static final int TASKS = 500;
  private static final int CHUNKS = 200;

  private final Database database;
  private final JobStore jobs;
  private final OldTaskStore tasks = new OldTaskStore();
  private final OutputStore output;
  private final RetentionConfig keep;
  private final InstantSource clock;
  private final Counter outputs;
  private final Counter removed;

  JobRetention(
      Database database,
      JobStore jobs,
      OutputStore output,
      RetentionConfig keep,
      MeterRegistry metrics,
      InstantSource clock) {
    this.database = database;
    this.jobs = jobs;
    this.output = output;
    this.keep = keep;
    this.clock = clock;
    this.outputs = counter(metrics, "output");
    this.removed = counter(metrics, "jobs");
  }

  private static Counter counter(MeterRegistry metrics, String what) {
    return Counter.builder("hostler.retention.removed")
        .description("Jobs whose output, or that themselves, were removed because of their age")
        .tag("what", what)
        .register(metrics);
  }

  /**
   * Removes all that is past its time.
   *
   * @throws InterruptedException if the thread is interrupted: between two transactions
   */
  public void run() throws InterruptedException {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    // Output never outlives its job.
    Instant limit =
        now.minus(keep.output().compareTo(keep.jobs()) < 0 ? keep.output() : keep.jobs());
    while (database.transact(transaction -> dropOutput(transaction, limit, now))) {
      pause();
    }
    Instant end = now.minus(keep.jobs());
    while (database.transact(transaction -> dropJob(transaction, end))) {
      pause();
    }
  }

  private static void pause() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /** Some output of the oldest job that has any; false if there is none. */
  private boolean dropOutput(Transaction transaction, Instant limit, Instant now) {
    Optional<UUID> job = jobs.lockWithOldOutput(transaction, limit);
    if (job.isEmpty()) {
      return false;
    }
    UUID after = new UUID(0, 0);
    while (true) {
      List<UUID> some = tasks.idsAfter(transaction, job.get(), after, TASKS);
      if (some.isEmpty()) {
        jobs.outputRemoved(transaction, job.get(), now);
        transaction.afterCommit(() -> {
          outputs.increment();
          LOG.info("the output of job {}, which ended before {}, is removed", job.get(), limit);
        });
        return true;
      }
      if (output.remove(transaction, some, CHUNKS) == CHUNKS) {
        return true; // more of it next time
      }
      after = some.getLast();
    }
  }

  /** Some tasks of the oldest job, and with the last of them the job; false if there is none. */
  private boolean dropJob(Transaction transaction, Instant end) {
    Optional<UUID> job = jobs.lockOld(transaction, end);
    if (job.isEmpty()) {
      return false;
    }
    if (tasks.remove(transaction, job.get(), TASKS) < TASKS) {
      jobs.remove(transaction, job.get());
      transaction.afterCommit(() -> {
        removed.increment();
        LOG.info("job {}, which ended before {}, is removed", job.get(), end);
      });
    }
    return true;
  }
}
