package dev.hostler.controller.job;

import dev.hostler.common.time.Backoff;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.output.OutputCollisionException;
import dev.hostler.controller.output.StreamId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what hosts report and commits it, everything that waits in one transaction, in one
 * thread. Bounded: {@link #submit} waits while too much is under way. Thread-safe.
 */
public final class ReportWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReportWriter.class);
  private static final int MAX_BATCH = 4096;
  private static final long MAX_BATCH_BYTES = 8L << 20;
  private static final long MAX_WAITING_BYTES = 32L << 20;
  private static final int TRIES = 3;

  private final Database database;
  private final Reports reports;
  private final JobChanges changes;
  private final WorkHints hints;
  private final WorkMetrics metrics;
  private final TimeSource time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean closed;
  private @Nullable Thread thread;

  /**
   * Where reports come from in their order, for example one stream of one host. Once one of them
   * could not be stored, none that came after it is: a task must not end without its output.
   */
  public static final class Source {
    private final Runnable failed;
    private boolean broken;

    /**
     * A source that is whole.
     *
     * @param failed called once a report could not be stored
     */
    public Source(Runnable failed) {
      this.failed = failed;
    }
  }

  private record Entry(Report report, Source source) {}

  ReportWriter(
      Database database,
      Reports reports,
      JobChanges changes,
      WorkHints hints,
      WorkMetrics metrics,
      TimeSource time) {
    this.database = database;
    this.reports = reports;
    this.changes = changes;
    this.hints = hints;
    this.metrics = metrics;
    this.time = time;
  }

  void onCheckpoints(CheckpointKeeper keeper) {
    reports.tell(keeper);
  }

  /** Begins to write. */
  public void start() {
    thread = Thread.ofPlatform().name("report-writer").start(this::run);
  }

  /**
   * Takes a report over. Reports of one source are committed in their order.
   *
   * @return false if the writer is closed: nothing was taken over
   * @throws InterruptedException if interrupted while too much is under way
   */
  public boolean submit(Report report, Source source) throws InterruptedException {
    lock.lock();
    try {
      while (waitingBytes >= MAX_WAITING_BYTES && !closed) {
        changed.await();
      }
      if (closed) {
        return false;
      }
      waiting.add(new Entry(report, source));
      waitingBytes += report.weight();
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Commits what was taken over, and stops; gives up after five seconds. Idempotent. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    Thread writer = thread;
    if (writer == null) {
      return;
    }
    try {
      if (!writer.join(Duration.ofSeconds(5))) {
        writer.interrupt();
        writer.join();
      }
    } catch (InterruptedException e) {
      writer.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      for (List<Entry> batch = take(); !batch.isEmpty(); batch = take()) {
        write(batch);
      }
    } catch (InterruptedException e) {
      LOG.warn("stopped with reports under way; hosts will send them again");
    }
  }

  /** The next batch; empty once closed and everything is written. */
  private List<Entry> take() throws InterruptedException {
    List<Entry> batch = new ArrayList<>();
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.await();
      }
      long bytes = 0;
      for (Entry next = waiting.peek();
          next != null
              && batch.size() < MAX_BATCH
              && (batch.isEmpty() || bytes + next.report().weight() <= MAX_BATCH_BYTES);
          next = waiting.peek()) {
        waiting.remove();
        batch.add(next);
        bytes += next.report().weight();
      }
      waitingBytes -= bytes;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return batch;
  }

  private void write(List<Entry> taken) throws InterruptedException {
    List<Entry> batch = taken.stream().filter(entry -> !entry.source().broken).toList();
    if (batch.isEmpty()) {
      return;
    }
    Backoff backoff = new Backoff(Duration.ofMillis(20), Duration.ofSeconds(2), new Random());
    for (int tries = 1; ; tries++) {
      try {
        commit(batch);
        return;
      } catch (OutputCollisionException e) {
        LOG.debug("another controller writes the same output; reading its end again", e);
      } catch (RuntimeException e) {
        LOG.warn("{} reports not committed, trying again", batch.size(), e);
        if (tries >= TRIES && database.isReachable(2)) {
          isolate(batch);
          return;
        }
      }
      time.sleep(backoff.next());
    }
  }

  /** One of them cannot be stored: the others must not suffer from it. */
  private void isolate(List<Entry> batch) {
    for (Entry entry : batch) {
      if (entry.source().broken) {
        continue;
      }
      try {
        commit(List.of(entry));
      } catch (RuntimeException e) {
        entry.source().broken = true;
        LOG.error("cannot store {} of {}", entry.report().getClass(), entry.report().ref(), e);
        entry.source().failed.run();
      }
    }
  }

  private void commit(List<Entry> batch) {
    long begun = time.nanoTime();
    Reports.Committed committed = reports.commit(batch.stream().map(Entry::report).toList());
    metrics.committed(batch.size(), time.nanoTime() - begun);
    for (Entry entry : batch) {
      switch (entry.report()) {
        case Report.Started _ -> {}
        case Report.Denied denied -> changes.outputCommitted(denied.jobId(), denied.ref().taskId());
        case Report.Output output -> {
          StreamId id = output.chunk().id();
          output.committed().accept(committed.ends().getOrDefault(id, 0L));
          changes.outputCommitted(output.jobId(), id.taskId());
          metrics.output(output.chunk().length());
        }
        case Report.Ended ended -> ended.committed().run();
      }
    }
    committed.changed().forEach(changes::tasksChanged);
    committed.closed().forEach(move -> metrics.ended(move.to()));
    if (committed.closed().stream().anyMatch(move -> move.row().limited())) {
      hints.all();
    }
  }
}
