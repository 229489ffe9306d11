package dev.hostler.controller.job;

import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.denial.Denial;
import dev.hostler.controller.denial.Denials;
import dev.hostler.controller.denial.DeniedAttempt;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.trust.job.SignedJob;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Submits, finds and cancels jobs. Thread-safe. */
public final class JobService {
  private final Database database;
  private final JobStore jobs;
  private final TaskStore tasks;
  private final TaskViewStore views;
  private final Denials denials;
  private final AuditStore audit;
  private final Submission submission;
  private final Dispatcher dispatcher;
  private final JobChanges changes;
  private final JobNotices notices;
  private final InstantSource clock;

  JobService(
      Database database,
      JobStore jobs,
      TaskStore tasks,
      TaskViewStore views,
      Denials denials,
      AuditStore audit,
      Submission submission,
      Dispatcher dispatcher,
      JobChanges changes,
      JobNotices notices,
      InstantSource clock) {
    this.database = database;
    this.jobs = jobs;
    this.tasks = tasks;
    this.views = views;
    this.denials = denials;
    this.audit = audit;
    this.submission = submission;
    this.dispatcher = dispatcher;
    this.changes = changes;
    this.notices = notices;
    this.clock = clock;
  }

  /** From now on, {@code gate} is asked about each job that verified. */
  public void onSigned(SignerGate gate) {
    submission.ask(gate);
  }

  /** From now on, {@code gate} is asked before each job is committed. */
  public void onSubmission(SubmissionGate gate) {
    submission.ask(gate);
  }

  void onCheckpoints(CheckpointKeeper keeper) {
    submission.tell(keeper);
  }

  /**
   * Verifies a signed job and commits it with a task for each target and an audit row, or finds the
   * job that an earlier request with the same key made.
   *
   * @throws RequestException INVALID, naming what did not verify; PERMISSION_DENIED; NOT_FOUND;
   *     ALREADY_EXISTS if this job was submitted before; FAILED_PRECONDITION if this controller
   *     knows no operators
   */
  public Job submit(JobRequest request) {
    return submission.submit(request);
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
   * What the operator of a job signed; empty for a job of before jobs were signed.
   *
   * @throws RequestException NOT_FOUND
   */
  public Optional<SignedJob> signed(UUID id) {
    return database.transact(transaction -> {
      if (jobs.find(transaction, id).isEmpty()) {
        throw unknown(id);
      }
      return Optional.ofNullable(jobs.signed(transaction, List.of(id)).get(id));
    });
  }

  /** Denied system calls of these tasks' attempts, by task; tasks without are missing. */
  public Map<UUID, List<Denial>> denials(List<Task> of) {
    List<DeniedAttempt> some =
        of.stream()
            .filter(task -> task.deniedCalls() > 0)
            .map(task -> new DeniedAttempt(task.id(), task.attempt()))
            .toList();
    Map<UUID, List<Denial>> found = new HashMap<>();
    database
        .transact(transaction -> denials.list(transaction, some))
        .forEach((attempt, list) -> found.put(attempt.taskId(), list));
    return found;
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
