package dev.hostler.controller.job;

import dev.hostler.common.lifecycle.Periodic;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Ends what nobody else ends: queued tasks past their expiry or of cancelled jobs, tasks of hosts
 * that do not come back; and repeats cancellations that a host may have missed. One thread; several
 * controllers may sweep at once.
 */
public final class Sweeper implements AutoCloseable {
  private static final int BATCH = 1000;

  private final Database database;
  private final TaskStore tasks;
  private final HostSightings hosts;
  private final Dispatcher dispatcher;
  private final JobChanges changes;
  private final WorkHints hints;
  private final WorkMetrics metrics;
  private final WorkSettings settings;
  private final TimeSource time;
  private final Periodic sweeping;

  Sweeper(
      Database database,
      TaskStore tasks,
      HostSightings hosts,
      Dispatcher dispatcher,
      JobChanges changes,
      WorkHints hints,
      WorkMetrics metrics,
      WorkSettings settings,
      TimeSource time) {
    this.database = database;
    this.tasks = tasks;
    this.hosts = hosts;
    this.dispatcher = dispatcher;
    this.changes = changes;
    this.hints = hints;
    this.metrics = metrics;
    this.settings = settings;
    this.time = time;
    this.sweeping = new Periodic("sweeper", settings.sweepInterval(), this::sweep, time);
  }

  /** Begins to sweep. */
  public void start() {
    sweeping.start();
  }

  /** Stops. Idempotent. */
  @Override
  public void close() {
    sweeping.close();
  }

  /** One sweep. */
  public void sweep() {
    int swept;
    do {
      swept = database.transact(this::overdue);
    } while (swept == BATCH);
    database.execute(this::outlived);
    sendCancellations();
    metrics.open(database.transact(tasks::openByState));
  }

  /** Asks the hosts that are connected here to end what was cancelled, in case they do not know. */
  void sendCancellations() {
    Collection<UUID> connected = dispatcher.connected();
    if (!connected.isEmpty()) {
      database
          .transact(transaction -> tasks.cancelled(transaction, connected))
          .forEach((ref, host) -> dispatcher.cancel(host, ref));
    }
  }

  private int overdue(Transaction transaction) {
    Instant now = time.instant().truncatedTo(ChronoUnit.MICROS);
    List<TaskRow> rows = tasks.lockOverdue(transaction, now, BATCH);
    List<Move> moves = new ArrayList<>();
    for (TaskRow row : rows) {
      TaskEvent event = row.cancelRequested() ? new TaskEvent.Cancel() : new TaskEvent.Expire();
      row.on(event).ifPresent(moves::add);
    }
    write(transaction, moves, now);
    return rows.size();
  }

  private void outlived(Transaction transaction) {
    Set<UUID> absent = new HashSet<>(tasks.answeringHosts(transaction));
    absent.removeAll(dispatcher.connected());
    if (absent.isEmpty()) {
      return;
    }
    Instant now = time.instant().truncatedTo(ChronoUnit.MICROS);
    Instant limit = now.minus(settings.offlineLimit());
    Map<UUID, Instant> seen = hosts.lastSeen(transaction, absent);
    absent.removeIf(host -> seen.getOrDefault(host, Instant.MIN).isAfter(limit));
    if (absent.isEmpty()) {
      return;
    }
    Duration offline = settings.offlineLimit();
    TaskEvent gone =
        new TaskEvent.HostGone("the host did not come back within " + offline.toSeconds() + " s");
    List<Move> moves = new ArrayList<>();
    for (TaskRow row : tasks.lockOutlived(transaction, absent, now.minus(settings.lossGrace()))) {
      row.on(gone).ifPresent(moves::add);
    }
    write(transaction, moves, now);
  }

  private void write(Transaction transaction, List<Move> moves, Instant now) {
    tasks.move(transaction, moves, now);
    transaction.afterCommit(() -> {
      moves.forEach(move -> {
        changes.tasksChanged(move.row().jobId(), List.of(move.row().id()));
        metrics.ended(move.to());
      });
      if (moves.stream().anyMatch(move -> move.row().limited())) {
        hints.all();
      }
    });
  }
}
