package dev.hostler.controller.audit;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts refusals into the audit log. The first of a kind is written at once; the same one again
 * within {@link #WINDOW} is counted, and the count stands in the next row, so that whoever tries in
 * a loop does not fill the log or hold up changes. Memory is bounded: past the bounds refusals are
 * counted as "others". Thread-safe.
 */
public final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  /** How long the same refusal is only counted. */
  static final Duration WINDOW = Duration.ofSeconds(10);

  private static final int MOST_KINDS = 1000;
  private static final int MOST_WAITING = 1000;
  private static final int MAX_TEXT = 1000;

  private final Database database;
  private final AuditStore audit;
  private final TimeSource time;
  private final BlockingQueue<Row> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong notWritten = new AtomicLong();
  private final Thread writer;
  private final Map<Kind, Seen> seen =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Kind, Seen> eldest) {
          if (size() <= MOST_KINDS) {
            return false;
          }
          notWritten.addAndGet(eldest.getValue().more);
          return true;
        }
      };

  private record Kind(String actor, String verb, String subject, String reason) {}

  private record Row(Kind kind, long more) {}

  /** The last one. */
  private static final Row END = new Row(new Kind("", "", "", ""), 0);

  private static final class Seen {
    final Instant written;
    long more;

    Seen(Instant written) {
      this.written = written;
    }
  }

  /** Writes by {@code audit} from now on. */
  public Refusals(Database database, AuditStore audit, TimeSource time) {
    this.database = database;
    this.audit = audit;
    this.time = time;
    this.writer = Thread.ofVirtual().name("refusals").start(this::write);
  }

  /**
   * Adds a refusal; returns at once.
   *
   * @param actor "operator:NAME", "host:ID"; empty: unknown
   * @param verb what was tried
   * @param subject on what
   * @param reason why not; never a secret
   */
  public void add(String actor, String verb, String subject, String reason) {
    Kind kind =
        new Kind(
            clean(actor.isEmpty() ? "unknown" : actor), clean(verb), clean(subject), clean(reason));
    LOG.warn("refused {} {} to {}: {}", kind.verb, kind.subject, kind.actor, kind.reason);
    Instant now = time.instant();
    long more;
    synchronized (seen) {
      Seen before = seen.get(kind);
      if (before != null && now.isBefore(before.written.plus(WINDOW))) {
        before.more++;
        return;
      }
      more = before == null ? 0 : before.more;
      seen.remove(kind);
      seen.put(kind, new Seen(now));
    }
    if (!waiting.offer(new Row(kind, more))) {
      notWritten.addAndGet(1 + more);
    }
  }

  private void write() {
    try {
      for (Row row = waiting.take(); !row.equals(END); row = waiting.take()) {
        write(row);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Row row) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("result", "refused");
    details.put("reason", row.kind.reason);
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
              transaction, new Actor(row.kind.actor), row.kind.verb, row.kind.subject, details));
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

  /** What strangers say is of bounded length, and without NUL, which PostgreSQL refuses. */
  private static String clean(String text) {
    String clean = text.replace('\0', '\uFFFD');
    return clean.length() <= MAX_TEXT ? clean : clean.substring(0, MAX_TEXT - 1) + "…";
  }
}
