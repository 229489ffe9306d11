package dev.hostler.controller.job;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.denial.Denials;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostStore;
import dev.hostler.controller.limit.LimitStore;
import dev.hostler.controller.output.OutputStore;
import dev.hostler.controller.target.Targets;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The parts of this package, wired.
 *
 * @param jobs submits, finds and cancels
 * @param watches follow jobs
 * @param claims leases tasks to attempts
 * @param reconciler for hosts that connect
 * @param writer for what hosts report
 * @param sweeper ends what nobody else ends
 * @param retention removes what ended long ago
 * @param changes tells watchers
 * @param hints tells the scheduler
 * @param notices tells other controllers
 */
public record WorkEngine(
    JobService jobs,
    JobWatches watches,
    Claims claims,
    Reconciler reconciler,
    ReportWriter writer,
    Sweeper sweeper,
    JobRetention retention,
    JobChanges changes,
    WorkHints hints,
    JobNotices notices)
    implements AutoCloseable {

  /**
   * Makes the parts; starts nothing.
   *
   * @param operators whose jobs are taken
   * @param dispatcher reaches the connected hosts
   * @param denials keeps denied system calls
   * @param keep how long what has ended is kept
   */
  public static WorkEngine of(
      Database database,
      AuditStore audit,
      HostStore hosts,
      Targets targets,
      BundleService bundles,
      JobSigners operators,
      Dispatcher dispatcher,
      WorkMetrics metrics,
      Denials denials,
      WorkSettings settings,
      RetentionConfig keep,
      MeterRegistry registry,
      TimeSource time) {
    JobStore jobs = new JobStore();
    TaskStore tasks = new TaskStore(jobs);
    SealedKeyStore keys = new SealedKeyStore();
    TaskViewStore views = new TaskViewStore();
    AttemptStore attempts = new AttemptStore();
    TargetTrees trees = new TargetTrees(database, tasks);
    OutputStore output = new OutputStore();
    JobChanges changes = new JobChanges();
    WorkHints hints = new WorkHints();
    JobNotices notices = new JobNotices(database, jobs, hints, time);
    return new WorkEngine(
        new JobService(
            database,
            jobs,
            tasks,
            views,
            denials,
            audit,
            new Submission(
                database,
                jobs,
                tasks,
                keys,
                audit,
                hosts,
                targets,
                new Actions(bundles),
                operators,
                trees,
                hints,
                notices,
                settings.assumedTimeout(),
                time),
            dispatcher,
            changes,
            notices,
            time),
        new JobWatches(database, jobs, views, output, denials, changes),
        new Claims(database, jobs, tasks, keys, attempts, new LimitStore(), trees, changes, time),
        new Reconciler(database, tasks, attempts, output, changes, hints, time),
        new ReportWriter(
            database,
            new Reports(database, tasks, attempts, output, denials, time),
            changes,
            hints,
            metrics,
            time),
        new Sweeper(
            database,
            tasks,
            (transaction, ids) -> lastSeen(hosts, transaction, ids),
            dispatcher,
            changes,
            hints,
            metrics,
            settings,
            time),
        new JobRetention(database, jobs, output, keep, registry, time),
        changes,
        hints,
        notices);
  }

  /** From now on, {@code keeper} is told what jobs say of checkpoints. */
  public void onCheckpoints(CheckpointKeeper keeper) {
    jobs.onCheckpoints(keeper);
    writer.onCheckpoints(keeper);
  }

  /** Begins to write what hosts report, to sweep, and to listen to other controllers. */
  public void start() {
    writer.start();
    sweeper.start();
    notices.start(sweeper);
  }

  /** Stops, after everything that was taken over is committed. Idempotent. */
  @Override
  public void close() {
    notices.close();
    sweeper.close();
    writer.close();
  }

  private static Map<UUID, Instant> lastSeen(
      HostStore hosts, Transaction transaction, Collection<UUID> ids) {
    Map<UUID, Instant> seen = new HashMap<>();
    for (UUID id : ids) {
      @Nullable Instant at = hosts.find(transaction, id).map(Host::lastSeenAt).orElse(null);
      if (at != null) {
        seen.put(id, at);
      }
    }
    return seen;
  }
}
