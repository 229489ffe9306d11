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
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.VerifiedJob;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Takes signed jobs: verifies them and commits a task for each target. Thread-safe. */
final class Submission {
  private static final int MAX_KEY = 128;

  private final Database database;
  private final JobStore jobs;
  private final TaskStore tasks;
  private final SealedKeyStore keys;
  private final AuditStore audit;
  private final HostStore hosts;
  private final Targets targets;
  private final Actions actions;
  private final JobSigners operators;
  private final TargetTrees trees;
  private final WorkHints hints;
  private final JobNotices notices;
  private final Duration assumedTimeout;
  private final RowIds ids;
  private final InstantSource clock;
  private final List<SignerGate> signerGates = new CopyOnWriteArrayList<>();
  private final List<SubmissionGate> gates = new CopyOnWriteArrayList<>();
  private volatile CheckpointKeeper checkpoints = CheckpointKeeper.NONE;

  Submission(
      Database database,
      JobStore jobs,
      TaskStore tasks,
      SealedKeyStore keys,
      AuditStore audit,
      HostStore hosts,
      Targets targets,
      Actions actions,
      JobSigners operators,
      TargetTrees trees,
      WorkHints hints,
      JobNotices notices,
      Duration assumedTimeout,
      InstantSource clock) {
    this.database = database;
    this.jobs = jobs;
    this.tasks = tasks;
    this.keys = keys;
    this.audit = audit;
    this.hosts = hosts;
    this.targets = targets;
    this.actions = actions;
    this.operators = operators;
    this.trees = trees;
    this.hints = hints;
    this.notices = notices;
    this.assumedTimeout = assumedTimeout;
    this.ids = new RowIds(clock);
    this.clock = clock;
  }

  /** From now on, {@code gate} is asked about each job that verified. */
  void ask(SignerGate gate) {
    signerGates.add(gate);
  }

  /** From now on, {@code gate} is asked before each job is committed. */
  void ask(SubmissionGate gate) {
    gates.add(gate);
  }

  /** From now on, {@code keeper} is told what is asked about checkpoints. */
  void tell(CheckpointKeeper keeper) {
    checkpoints = keeper;
  }

  /** A request that verified. */
  private record Checked(
      JobRequest request,
      VerifiedJob job,
      Actions.Resolved resolved,
      SignedTargets targets,
      List<UUID> hostIds,
      Map<UUID, byte[]> sealedKeys) {
    String operator() {
      return job.operator().name();
    }

    JobStatement statement() {
      return job.statement();
    }
  }

  Job submit(JobRequest request) {
    String key = request.idempotencyKey();
    if (key.length() > MAX_KEY || key.indexOf('\0') >= 0) {
      throw RequestException.invalid(
          "idempotency_key", key, "give text of at most " + MAX_KEY + " characters");
    }
    VerifiedJob job = operators.verify(request.job(), clock.instant());
    signerGates.forEach(gate -> gate.check(job));
    Optional<Job> earlier = earlier(job.operator().name(), key);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    Actions.Resolved resolved = actions.resolve(job.statement());
    SignedTargets meant = SignedTargets.of(request.hostIds(), job, targets);
    List<UUID> hostIds = meant.hosts().stream().map(Target::hostId).toList();
    for (SubmissionGate gate : gates) {
      gate.check(job.operator(), resolved.work(), hostIds);
      if (!job.statement().capture().paths().isEmpty()) {
        // No bundle declares these: for those who may do all else about snapshots, too.
        List<String> asked = List.of("hostler", "run", job.statement().capture().words());
        gate.check(job.operator(), new Work.Command(asked), hostIds);
      }
    }
    Map<UUID, byte[]> sealed =
        SealedKeys.check(resolved.work(), meant.hosts(), request.sealedKeys());
    Checked checked = new Checked(request, job, resolved, meant, hostIds, sealed);
    return database.transact(transaction -> commit(transaction, checked));
  }

  private Optional<Job> earlier(String operator, String key) {
    return key.isEmpty()
        ? Optional.empty()
        : database.transact(transaction -> jobs.findByKey(transaction, operator, key));
  }

  private Job commit(Transaction transaction, Checked checked) {
    String key = checked.request().idempotencyKey();
    if (!key.isEmpty()) {
      jobs.lockKey(transaction, checked.operator(), key);
      Optional<Job> earlier = jobs.findByKey(transaction, checked.operator(), key);
      if (earlier.isPresent()) {
        return earlier.get();
      }
    }
    JobStatement statement = checked.statement();
    jobs.lockKey(transaction, checked.operator(), statement.nonce());
    if (jobs.hasNonce(transaction, checked.operator(), statement.nonce())) {
      throw new RequestException(
          RequestException.Kind.ALREADY_EXISTS,
          "job.nonce: "
              + RequestException.shown(statement.nonce())
              + ": operator "
              + checked.operator()
              + " submitted this job before; to run it again, sign it again");
    }
    if (hosts.lockPresent(transaction, checked.hostIds()).size() < checked.hostIds().size()) {
      throw new RequestException(
          RequestException.Kind.ABORTED,
          "hosts: some were removed while the job was being submitted; submit it again");
    }
    Job job = job(checked);
    jobs.insert(
        transaction,
        job,
        new JobStore.Signed(checked.request().job(), statement.nonce()),
        allowance(statement.timeout(), checked.resolved().ownTimeout()),
        key.isEmpty() ? null : key);
    List<Task> rows = rows(job, checked.targets().hosts());
    tasks.insert(transaction, rows);
    if (!checked.sealedKeys().isEmpty()) {
      keys.insert(transaction, rows, checked.sealedKeys());
    }
    if (statement.work() instanceof JobWork.Checkpoint asked) {
      checkpoints.submitted(transaction, asked, job, checked.hostIds());
    }
    notices.submitted(transaction);
    audit.append(
        transaction,
        Actor.operator(checked.request().submitter()),
        "job.submit",
        "job:" + job.id(),
        Map.of(
            "title",
            job.title(),
            "targets",
            checked.hostIds().size(),
            "signed_by",
            job.operator()));
    transaction.afterCommit(() -> {
      trees.keep(job.id(), checked.targets().tree());
      hints.hosts(checked.hostIds());
    });
    return job;
  }

  private Job job(Checked checked) {
    JobStatement statement = checked.statement();
    Work work = checked.resolved().work();
    return new Job(
        ids.next(),
        checked.operator(),
        title(statement, work),
        work,
        statement.env(),
        statement.timeout(),
        statement.concurrency(),
        clock.instant().truncatedTo(ChronoUnit.MICROS),
        statement.expires(),
        null,
        null,
        null,
        new TaskCounts(checked.hostIds().size(), 0, 0, 0));
  }

  private static String title(JobStatement statement, Work work) {
    if (!statement.capture().isEmpty()) {
      return work.title() + " (" + statement.capture().words() + ")";
    }
    return statement.work() instanceof JobWork.Action action && action.preview()
        ? work.title() + " (preview)"
        : work.title();
  }

  private List<Task> rows(Job job, List<Target> hosts) {
    Instant now = job.createdAt();
    List<Task> rows = new ArrayList<>(hosts.size());
    for (Target host : hosts) {
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
              "",
              0));
    }
    return rows;
  }

  private Duration allowance(@Nullable Duration asked, @Nullable Duration own) {
    if (asked != null) {
      return asked;
    }
    return own != null ? own : assumedTimeout;
  }
}
