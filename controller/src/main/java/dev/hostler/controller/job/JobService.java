package dev.hostler.controller.job;

import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.RowIds;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.host.HostStore;
import dev.hostler.controller.target.Target;
import dev.hostler.controller.target.Targets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Submits, finds and cancels jobs. Thread-safe. */
public final class JobService {
  private static final Duration DEFAULT_START_WITHIN = Duration.ofHours(1);

  private final Database database;
  private final JobStore jobs;
  private final TaskStore tasks;
  private final TaskViewStore views;
  private final AuditStore audit;
  private final HostStore hosts;
  private final Targets targets;
  private final Actions actions;
  private final Dispatcher dispatcher;
  private final JobChanges changes;
  private final WorkHints hints;
  private final JobNotices notices;
  private final WorkSettings settings;
  private final RowIds ids;
  private final InstantSource clock;
  private final List<SubmissionGate> gates = new CopyOnWriteArrayList<>();

  JobService(
      Database database,
      JobStore jobs,
      TaskStore tasks,
      TaskViewStore views,
      AuditStore audit,
      HostStore hosts,
      Targets targets,
      Actions actions,
      Dispatcher dispatcher,
      JobChanges changes,
      WorkHints hints,
      JobNotices notices,
      WorkSettings settings,
      InstantSource clock) {
    this.database = database;
    this.jobs = jobs;
    this.tasks = tasks;
    this.views = views;
    this.audit = audit;
    this.hosts = hosts;
    this.targets = targets;
    this.actions = actions;
    this.dispatcher = dispatcher;
    this.changes = changes;
    this.hints = hints;
    this.notices = notices;
    this.settings = settings;
    this.ids = new RowIds(clock);
    this.clock = clock;
  }

  /** From now on, {@code gate} is asked before each job is committed. */
  public void onSubmission(SubmissionGate gate) {
    gates.add(gate);
  }

  /**
   * Commits a job with a task for each target and an audit row, or finds the job that an earlier
   * request with the same key made.
   *
   * @throws RequestException INVALID, NOT_FOUND, or FAILED_PRECONDITION if no host is meant
   */
  public Job submit(JobRequest request) {
    List<String> problems = RequestProblems.of(request);
    JobRequest.WorkRequest wanted = request.work();
    if (!problems.isEmpty() || wanted == null) {
      throw new RequestException(RequestException.Kind.INVALID, String.join("\n", problems));
    }
    Optional<Job> earlier = earlier(request);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    Actions.Resolved resolved = actions.resolve(wanted);
    List<Target> meant =
        request.selector().isEmpty()
            ? targets.named(request.hosts())
            : targets.select(request.selector());
    if (meant.isEmpty()) {
      throw new RequestException(
          RequestException.Kind.FAILED_PRECONDITION,
          "selector: "
              + RequestException.shown(request.selector())
              + ": means no host at the moment; `hostler host list -t SELECTOR` shows what a"
              + " selector means");
    }
    List<UUID> hostIds = meant.stream().map(Target::hostId).toList();
    gates.forEach(gate -> gate.check(resolved.work(), hostIds));
    return database.transact(transaction -> commit(transaction, request, resolved, meant));
  }

  private Optional<Job> earlier(JobRequest request) {
    return request.idempotencyKey().isEmpty()
        ? Optional.empty()
        : database.transact(transaction ->
            jobs.findByKey(transaction, request.operator(), request.idempotencyKey()));
  }

  private Job commit(
      Transaction transaction, JobRequest request, Actions.Resolved resolved, List<Target> meant) {
    String key = request.idempotencyKey().isEmpty() ? null : request.idempotencyKey();
    if (key != null) {
      jobs.lockKey(transaction, request.operator(), key);
      Optional<Job> earlier = jobs.findByKey(transaction, request.operator(), key);
      if (earlier.isPresent()) {
        return earlier.get();
      }
    }
    List<UUID> hostIds = meant.stream().map(Target::hostId).toList();
    if (hosts.lockPresent(transaction, hostIds).size() < hostIds.size()) {
      throw new RequestException(
          RequestException.Kind.ABORTED,
          "hosts: some were removed while the job was being submitted; submit it again");
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    Duration wait = request.startWithin() == null ? DEFAULT_START_WITHIN : request.startWithin();
    Work work = resolved.work();
    Job job =
        new Job(
            ids.next(),
            request.operator(),
            work.title(),
            work,
            Map.copyOf(request.env()),
            request.timeout(),
            Math.toIntExact(request.concurrency()),
            now,
            now.plus(wait).truncatedTo(ChronoUnit.MICROS),
            null,
            null,
            new TaskCounts(meant.size(), 0, 0, 0));
    List<Task> rows = new ArrayList<>(meant.size());
    for (Target host : meant) {
      rows.add(
          new Task(
              ids.next(),
              job.id(),
              host.hostId(),
              host.name(),
              TaskState.QUEUED,
              0,
              now,
              null,
              ""));
    }
    jobs.insert(transaction, job, allowance(request.timeout(), resolved.ownTimeout()), key);
    tasks.insert(transaction, rows);
    notices.submitted(transaction);
    audit.append(
        transaction,
        Actor.operator(request.operator()),
        "job.submit",
        "job:" + job.id(),
        Map.of("title", job.title(), "targets", meant.size()));
    transaction.afterCommit(() -> hints.hosts(hostIds));
    return job;
  }

  private Duration allowance(@Nullable Duration asked, @Nullable Duration own) {
    if (asked != null) {
      return asked;
    }
    return own != null ? own : settings.assumedTimeout();
  }

  /**
   * Asks that a job end. Idempotent; does nothing to a job that has ended.
   *
   * @throws RequestException NOT_FOUND
   */
  public Job cancel(UUID id, String operator) {
    boolean first =
        database.transact(transaction -> {
          if (jobs.find(transaction, id).isEmpty()) {
            throw unknown(id);
          }
          Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
          if (!jobs.requestCancel(transaction, id, now)) {
            return false;
          }
          audit.append(transaction, Actor.operator(operator), "job.cancel", "job:" + id, Map.of());
          return true;
        });
    if (first) {
      // Not in the same transaction: everybody else locks tasks before their jobs. If this does not
      // come to pass, the sweeper does it.
      database.execute(transaction -> cancelQueued(transaction, id));
      changes.jobChanged(id);
    }
    Collection<UUID> connected = dispatcher.connected();
    database
        .transact(transaction -> tasks.cancelled(transaction, connected))
        .forEach((ref, host) -> dispatcher.cancel(host, ref));
    return get(id);
  }

  /**
   * Ends the tasks of a job that no host has got yet; what runs is left alone. Does nothing to a
   * job that has ended.
   *
   * @param reason why, for the audit log
   */
  public void stopQueued(UUID id, String reason) {
    database.execute(transaction -> {
      cancelQueued(transaction, id);
      audit.append(transaction, Actor.SYSTEM, "job.stop", "job:" + id, Map.of("reason", reason));
    });
    changes.jobChanged(id);
  }

  private void cancelQueued(Transaction transaction, UUID id) {
    List<Move> moves = new ArrayList<>();
    for (TaskRow row : tasks.lockQueued(transaction, id)) {
      row.on(new TaskEvent.Cancel()).ifPresent(moves::add);
    }
    tasks.move(transaction, moves, clock.instant());
    notices.cancelled(transaction);
    transaction.afterCommit(
        () -> changes.tasksChanged(id, moves.stream().map(move -> move.row().id()).toList()));
  }

  /**
   * One job.
   *
   * @throws RequestException NOT_FOUND
   */
  public Job get(UUID id) {
    return database.transact(
        transaction -> jobs.find(transaction, id).orElseThrow(() -> unknown(id)));
  }

  /**
   * Jobs, newest first.
   *
   * @param before only older ones than this; null: from the newest
   * @param state only those in this state; null: all
   */
  public List<Job> list(@Nullable UUID before, @Nullable JobState state, int limit) {
    return database.transact(transaction -> jobs.list(transaction, before, state, limit));
  }

  /**
   * Tasks of a job by host name.
   *
   * @param afterName only those after this name and {@code afterId}; null: from the first
   * @param afterId see {@code afterName}
   * @throws RequestException NOT_FOUND
   */
  public List<Task> tasks(UUID id, @Nullable String afterName, @Nullable UUID afterId, int limit) {
    return database.transact(transaction -> {
      List<Task> page = views.list(transaction, id, afterName, afterId, limit);
      if (page.isEmpty() && jobs.find(transaction, id).isEmpty()) {
        throw unknown(id);
      }
      return page;
    });
  }

  /** Those tasks of a job that are among {@code ids}, by host name. */
  public List<Task> tasks(UUID jobId, Collection<UUID> taskIds) {
    return database.transact(transaction -> views.find(transaction, jobId, taskIds));
  }

  static RequestException unknown(UUID id) {
    return RequestException.notFound(
        "job_id", id, "there is no such job; see `hostler job list` for those there are");
  }
}
