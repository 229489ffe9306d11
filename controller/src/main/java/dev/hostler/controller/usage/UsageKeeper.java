package dev.hostler.controller.usage;

import dev.hostler.common.lifecycle.Periodic;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Folds reports into minutes and minutes into hours, and forgets what is too old. Several
 * controllers may do so at once: one of them finds something to do.
 */
public final class UsageKeeper implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(30);

  /** Reports are stamped before they are written: a minute is folded when none can be under way. */
  private static final Duration LATEST = Duration.ofSeconds(30);

  private static final int BATCH = 10_000;

  private final Database database;
  private final UsageConfig config;
  private final TimeSource time;
  private final UsageStore store = new UsageStore();
  private final SeriesStore series = new SeriesStore();
  private final AlertStore alerts = new AlertStore();
  private final Periodic running;

  /** Does nothing yet. */
  public UsageKeeper(Database database, UsageConfig config, TimeSource time) {
    this.database = database;
    this.config = config;
    this.time = time;
    this.running = new Periodic("usage-keeper", EVERY, this::keep, time);
  }

  /** Begins. */
  public void start() {
    running.start();
  }

  /** Folds and forgets once. */
  void keep() {
    Instant now = time.instant();
    Instant minutes = now.minus(LATEST).truncatedTo(ChronoUnit.MINUTES);
    database.transact(transaction -> series.fold(transaction, 60, minutes));
    // No further than minutes are folded, by whichever controller.
    database.transact(transaction ->
        series.fold(
            transaction, 3600, series.foldedUntil(transaction).truncatedTo(ChronoUnit.HOURS)));
    forget("usage_raw", now.minus(config.reports()));
    forget("usage_minute", now.minus(config.minutes()));
    forget("usage_hour", now.minus(config.hours()));
    database.execute(transaction -> alerts.forget(transaction, now.minus(config.hours())));
  }

  private void forget(String table, Instant before) {
    int forgotten;
    do {
      forgotten = database.transact(transaction -> store.forget(transaction, table, before, BATCH));
    } while (forgotten == BATCH);
  }

  /** Stops. Idempotent. */
  @Override
  public void close() {
    running.close();
  }
}
