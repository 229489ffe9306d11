package dev.hostler.controller.audit;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts refusals into the audit log. The first of a kind is written at once; the same one again
 * within a while is counted, and the count stands in the next row, so that whoever tries in a loop
 * does not fill the log or hold up changes. Of connections, which anybody can try, there are {@link
 * RowBudget} rows and no more. Memory is bounded: past the bounds refusals are counted as "others".
 * A count is written a while after the last refusal at the latest. Thread-safe.
 */
public final class Refusals implements RefusalListener {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  /** How long the same refusal of a call is only counted. */
  static final Duration WINDOW = Duration.ofSeconds(10);

  /** How long the same refusal of a connection is only counted. */
  static final Duration CONNECTION_WINDOW = Duration.ofMinutes(10);

  private static final int MOST_WAITING = 1000;
  private static final int MAX_TEXT = 1000;
  private static final int IDLE_SECONDS = 10;

  private final Database database;
  private final AuditStore audit;
  private final TimeSource time;
  private final BlockingQueue<Row> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong notWritten = new AtomicLong();
  private final RecentRefusals calls = new RecentRefusals(WINDOW, notWritten::addAndGet);
  private final RecentRefusals connections =
      new RecentRefusals(CONNECTION_WINDOW, notWritten::addAndGet);
  private final RowBudget budget = new RowBudget();
  private final Thread writer;

  private record Row(RecentRefusals.Kind kind, long more) {}

  /** The last one. */
  private static final Row END = new Row(new RecentRefusals.Kind("", "", "", ""), 0);

  /** What is left to tell when nothing of the kind came any more. */
  private static final RecentRefusals.Kind OTHERS =
      new RecentRefusals.Kind(
          Actor.SYSTEM.text(),
          "refusals.count",
          "refusals",
          "more refusals than the log takes rows for");

  /** Writes by {@code audit} from now on. */
  public Refusals(Database database, AuditStore audit, TimeSource time) {
    this.database = database;
    this.audit = audit;
    this.time = time;
    this.writer = Thread.ofVirtual().name("refusals").start(this::write);
  }

  @Override
  public void refused(String actor, String verb, String subject, String reason) {
    RecentRefusals.Kind kind = kind(actor, verb, subject, reason);
    log(kind);
    calls.first(kind, time.instant()).ifPresent(more -> offer(new Row(kind, more)));
  }

  @Override
  public void connectionRefused(String actor, String verb, String subject, String reason) {
    RecentRefusals.Kind kind = kind(actor, verb, subject, reason);
    Instant now = time.instant();
    connections
        .first(kind, now)
        .ifPresent(more -> {
          if (budget.take(now)) {
            log(kind);
            offer(new Row(kind, more));
          } else {
            notWritten.addAndGet(1 + more);
          }
        });
  }

  private static void log(RecentRefusals.Kind kind) {
    LOG.warn("refused {} {} to {}: {}", kind.verb(), kind.subject(), kind.actor(), kind.reason());
  }

  private void offer(Row row) {
    if (!waiting.offer(row)) {
      notWritten.addAndGet(1 + row.more);
    }
  }

  private void write() {
    try {
      Row row = waiting.poll(IDLE_SECONDS, TimeUnit.SECONDS);
      while (row == null || !row.equals(END)) {
        if (row == null) {
          writeCounts(time.instant());
        } else {
          write(row);
        }
        row = waiting.poll(IDLE_SECONDS, TimeUnit.SECONDS);
      }
      writeCounts(Instant.MAX);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** What was only counted and would else be told of by the next of its kind. */
  private void writeCounts(Instant now) {
    calls.over(now).forEach((kind, more) -> write(new Row(kind, more - 1)));
    connections.over(now).values().forEach(notWritten::addAndGet);
    if (notWritten.get() > 0 && (now.equals(Instant.MAX) || budget.take(now))) {
      write(new Row(OTHERS, 0));
    }
  }

  private void write(Row row) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("result", "refused");
    details.put("reason", row.kind.reason());
    if (row.more > 0) {
      details.put("times_before", row.more);
    }
    long others = notWritten.getAndSet(0);
    if (others > 0) {
      details.put("others_not_written", others);
    }
    try {
      database.execute(transaction ->
          audit.append(
              transaction,
              new Actor(row.kind.actor()),
              row.kind.verb(),
              row.kind.subject(),
              details));
    } catch (RuntimeException e) {
      notWritten.addAndGet(others + 1 + row.more);
      LOG.error("a refusal is not in the audit log: {}", row.kind, e);
    }
  }

  /** Writes what waits, and ends. */
  public void close() throws InterruptedException {
    // No interrupt: that would break the connection to the database under a write.
    waiting.put(END);
    writer.join();
  }

  private static RecentRefusals.Kind kind(
      String actor, String verb, String subject, String reason) {
    return new RecentRefusals.Kind(
        clean(actor.isEmpty() ? "unknown" : actor), clean(verb), clean(subject), clean(reason));
  }

  /** What strangers say is of bounded length, and without NUL, which PostgreSQL refuses. */
  private static String clean(String text) {
    String clean = text.replace('\0', '\uFFFD');
    return clean.length() <= MAX_TEXT ? clean : clean.substring(0, MAX_TEXT - 1) + "…";
  }
}
