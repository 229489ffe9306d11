package dev.hostler.controller.job;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.limit.LimitStore;
import dev.hostler.controller.limit.PolicySet;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.limits.Limits;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Leases queued tasks to attempts. Thread-safe, also across controllers. */
public final class Claims {
  /** Of a job of before jobs were signed: its host will refuse it and say why. */
  private static final SignedJob NOT_SIGNED = new SignedJob(new byte[0], new byte[0]);

  private static final byte[] NO_KEY = {};

  private final Database database;
  private final JobStore jobs;
  private final TaskStore tasks;
  private final SealedKeyStore keys;
  private final AttemptStore attempts;
  private final LimitStore limits;
  private final TargetTrees trees;
  private final JobChanges changes;
  private final InstantSource clock;

  Claims(
      Database database,
      JobStore jobs,
      TaskStore tasks,
      SealedKeyStore keys,
      AttemptStore attempts,
      LimitStore limits,
      TargetTrees trees,
      JobChanges changes,
      InstantSource clock) {
    this.database = database;
    this.jobs = jobs;
    this.tasks = tasks;
    this.keys = keys;
    this.attempts = attempts;
    this.limits = limits;
    this.trees = trees;
    this.changes = changes;
    this.clock = clock;
  }

  /**
   * What was claimed.
   *
   * @param assignments to be sent now
   * @param more whether there may be more for the same hosts and slots
   */
  public record Claimed(List<Assignment> assignments, boolean more) {}

  /**
   * Claims the oldest queued tasks of hosts, at most as many of each as it has slots, and no more
   * of a job than its concurrency allows.
   */
  public Claimed claim(Map<UUID, Integer> slots) {
    if (slots.isEmpty()) {
      return new Claimed(List.of(), false);
    }
    Leased leased = database.transact(transaction -> claim(transaction, slots));
    List<Assignment> assignments = new ArrayList<>();
    for (TaskRow row : leased.rows()) {
      Job job = leased.jobs().get(row.jobId());
      if (job != null) {
        assignments.add(
            assignment(
                row,
                job,
                leased.signed().getOrDefault(row.jobId(), NOT_SIGNED),
                leased.keys().getOrDefault(row.id(), NO_KEY),
                leased.limits().of(bundle(job), row.hostId())));
      }
    }
    return new Claimed(assignments, leased.more());
  }

  private record Leased(
      List<TaskRow> rows,
      Map<UUID, Job> jobs,
      Map<UUID, SignedJob> signed,
      Map<UUID, byte[]> keys,
      PolicySet limits,
      boolean more) {}

  private Leased claim(Transaction transaction, Map<UUID, Integer> slots) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    List<TaskRow> rows =
        tasks.lockClaimable(transaction, slots, now).stream()
            .sorted(Comparator.comparing(row -> row.id().toString()))
            .toList();
    List<TaskRow> admitted = admit(transaction, rows);
    List<Move> moves = new ArrayList<>();
    List<AttemptRef> refs = new ArrayList<>();
    Set<UUID> jobIds = new HashSet<>();
    for (TaskRow row : admitted) {
      row.on(new TaskEvent.Claim()).ifPresent(moves::add);
      refs.add(new AttemptRef(row.id(), row.attempt() + 1));
      jobIds.add(row.jobId());
    }
    tasks.move(transaction, moves, now);
    attempts.insert(transaction, refs, now);
    Map<UUID, Job> specs =
        jobIds.isEmpty()
            ? Map.of()
            : jobs.find(transaction, jobIds).stream()
                .collect(Collectors.toMap(Job::id, Function.identity()));
    transaction.afterCommit(
        () -> admitted.forEach(row -> changes.tasksChanged(row.jobId(), List.of(row.id()))));
    Map<UUID, SignedJob> signed = jobIds.isEmpty() ? Map.of() : jobs.signed(transaction, jobIds);
    return new Leased(
        admitted,
        specs,
        signed,
        keys(transaction, admitted, specs),
        limits(transaction, admitted, specs),
        admitted.size() < rows.size());
  }

  /** Policies for what goes out now. */
  private PolicySet limits(Transaction transaction, List<TaskRow> rows, Map<UUID, Job> specs) {
    if (rows.isEmpty()) {
      return PolicySet.NONE;
    }
    Set<String> bundles = new HashSet<>();
    specs
        .values()
        .forEach(job -> {
          String bundle = bundle(job);
          if (bundle != null) {
            bundles.add(bundle);
          }
        });
    return limits.of(
        transaction, bundles, rows.stream().map(TaskRow::hostId).collect(Collectors.toSet()));
  }

  private static @Nullable String bundle(Job job) {
    return job.work() instanceof Work.Action action ? action.bundle() : null;
  }

  /** What opens the sealed parameters of those tasks that have any. */
  private Map<UUID, byte[]> keys(
      Transaction transaction, List<TaskRow> rows, Map<UUID, Job> specs) {
    Set<UUID> sealed =
        specs.values().stream()
            .filter(job -> SealedKeys.needs(job.work()))
            .map(Job::id)
            .collect(Collectors.toSet());
    return sealed.isEmpty()
        ? Map.of()
        : keys.find(
            transaction,
            rows.stream().filter(row -> sealed.contains(row.jobId())).map(TaskRow::id).toList());
  }

  /** Those that the concurrency limits of their jobs let pass, oldest first. */
  private List<TaskRow> admit(Transaction transaction, List<TaskRow> rows) {
    Set<UUID> limited =
        rows.stream().filter(TaskRow::limited).map(TaskRow::jobId).collect(Collectors.toSet());
    if (limited.isEmpty()) {
      return rows;
    }
    Map<UUID, Integer> free = new HashMap<>();
    for (JobStore.Limit limit : jobs.lockLimits(transaction, limited)) {
      free.put(limit.jobId(), limit.concurrency() - limit.running());
    }
    List<TaskRow> admitted = new ArrayList<>();
    for (TaskRow row : rows) {
      if (!row.limited() || free.merge(row.jobId(), -1, Integer::sum) >= 0) {
        admitted.add(row);
      }
    }
    return admitted;
  }

  private Assignment assignment(
      TaskRow row, Job job, SignedJob signed, byte[] sealedKey, Limits lowest) {
    return new Assignment(
        new AttemptRef(row.id(), row.attempt() + 1),
        row.hostId(),
        job.id(),
        signed,
        trees.proof(job.id(), row.hostId()),
        job.work() instanceof Work.Action action ? action.bundleSize() : 0,
        sealedKey,
        lowest,
        job.createdAt());
  }

  /** Gives back what could not be sent. */
  public void release(List<Assignment> unsent) {
    database.execute(transaction -> {
      Map<UUID, AttemptRef> refs =
          unsent.stream().collect(Collectors.toMap(a -> a.ref().taskId(), Assignment::ref));
      List<Move> moves = new ArrayList<>();
      for (TaskRow row : tasks.lock(transaction, refs.keySet())) {
        if (row.ref().equals(refs.get(row.id()))) {
          row.on(new TaskEvent.Unsent()).ifPresent(moves::add);
        }
      }
      tasks.move(transaction, moves, clock.instant());
    });
  }
}
