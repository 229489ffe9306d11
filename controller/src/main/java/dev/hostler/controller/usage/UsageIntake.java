package dev.hostler.controller.usage;

import dev.hostler.common.lifecycle.Periodic;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.job.AttemptRef;
import dev.hostler.controller.job.JobService;
import dev.hostler.controller.job.Work;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Takes what hosts report of use, and writes all of a second in one transaction. Nobody waits for
 * it: what comes faster than it can be written is dropped and counted. Thread-safe.
 */
public final class UsageIntake implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int MOST_WAITING = 50_000;
  private static final int MOST_KNOWN = 10_000;

  private final Database database;
  private final UsageStore store = new UsageStore();
  private final JobService jobs;
  private final TimeSource time;
  private final Counter taken;
  private final Counter dropped;
  private final ArrayBlockingQueue<Told> waiting = new ArrayBlockingQueue<>(MOST_WAITING);

  /** What jobs run, of those that were asked for last. */
  private final Map<UUID, Work> works =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Work> eldest) {
          return size() > MOST_KNOWN;
        }
      };

  private final Periodic running;

  private record Told(
      Instant at, UUID hostId, @Nullable AttemptRef ref, @Nullable UUID jobId, Sample sample) {}

  /** Registers the meters; takes nothing yet. */
  public UsageIntake(Database database, JobService jobs, TimeSource time, MeterRegistry registry) {
    this.database = database;
    this.jobs = jobs;
    this.time = time;
    this.running = new Periodic("usage-intake", EVERY, this::flush, time);
    taken =
        Counter.builder("hostler.usage.samples")
            .description("Samples of use that were kept")
            .register(registry);
    dropped =
        Counter.builder("hostler.usage.dropped")
            .description("Samples of use that came faster than they could be written")
            .register(registry);
  }

  /** Begins to write. */
  public void start() {
    running.start();
  }

  /** A host as a whole used this. */
  public void host(UUID hostId, Sample sample) {
    offer(new Told(now(), hostId, null, null, sample));
  }

  /** An attempt of a host used this; the caller knows that it is this host's. */
  public void attempt(UUID hostId, AttemptRef ref, UUID jobId, Sample sample) {
    offer(new Told(now(), hostId, ref, jobId, sample));
  }

  private Instant now() {
    return time.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private void offer(Told told) {
    if (!waiting.offer(told)) {
      dropped.increment();
    }
  }

  /** Writes what waits now. */
  public synchronized void flush() {
    List<Told> batch = new ArrayList<>();
    waiting.drainTo(batch);
    List<Measured> rows = new ArrayList<>();
    for (Told told : batch) {
      Measured row = measured(told);
      if (row != null) {
        rows.add(row);
      }
    }
    if (!rows.isEmpty()) {
      database.execute(transaction -> store.insert(transaction, rows));
      taken.increment(rows.size());
    }
  }

  private @Nullable Measured measured(Told told) {
    AttemptRef ref = told.ref();
    UUID jobId = told.jobId();
    if (ref == null || jobId == null) {
      return new Measured(
          told.at(), told.hostId(), new Measured.Subject.WholeHost(), told.sample());
    }
    Work work = works.get(jobId);
    if (work == null) {
      try {
        work = jobs.get(jobId).work();
      } catch (RequestException _) {
        return null; // no such job any more
      }
      works.put(jobId, work);
    }
    Work.Action action = work instanceof Work.Action some ? some : null;
    return new Measured(
        told.at(),
        told.hostId(),
        new Measured.Subject.Attempt(
            ref,
            jobId,
            action == null ? null : action.bundle(),
            action == null ? null : action.action()),
        told.sample());
  }

  /** Stops; what waits is lost. Idempotent. */
  @Override
  public void close() {
    running.close();
  }
}
