package dev.hostler.controller.job;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.denial.Denial;
import dev.hostler.controller.denial.Denials;
import dev.hostler.controller.denial.DeniedAttempt;
import dev.hostler.controller.output.OutputStore;
import dev.hostler.controller.output.Stream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One reader that follows one job. Reads from the tables, woken by {@link JobChanges}; holds one
 * small entry for each task and at most {@value OutputTeller#BUDGET} bytes of output. One thread;
 * {@link #wake} from any.
 */
public final class JobWatch implements AutoCloseable {
  private static final int PAGE = 1000;
  private static final long POLL_MILLIS = 1000;

  private final Database database;
  private final JobStore jobs;
  private final TaskViewStore tasks;
  private final OutputTeller output;
  private final Denials denials;
  private final JobChanges.Subscription subscription;
  private final UUID jobId;
  private final Scope scope;
  private final WatchSink sink;
  private final Map<UUID, TaskCursor> cursors = new LinkedHashMap<>();
  private @Nullable Job last;

  /**
   * What is followed.
   *
   * @param tasks which tasks
   * @param streams whose output; empty: no output
   * @param from where output begins, by task and stream; what is missing begins at 0
   */
  public record Scope(Predicate<Task> tasks, Set<Stream> streams, Map<TaskStream, Long> from) {}

  /**
   * A stream of a task.
   *
   * @param taskId the task
   * @param stream the stream
   */
  public record TaskStream(UUID taskId, Stream stream) {}

  JobWatch(
      Database database,
      JobStore jobs,
      TaskViewStore tasks,
      OutputStore output,
      Denials denials,
      JobChanges changes,
      UUID jobId,
      Scope scope,
      WatchSink sink) {
    this.database = database;
    this.jobs = jobs;
    this.tasks = tasks;
    this.output = new OutputTeller(database, output, scope.streams(), sink);
    this.denials = denials;
    this.subscription = changes.subscribe(jobId);
    this.jobId = jobId;
    this.scope = scope;
    this.sink = sink;
  }

  /** Makes the watch look whether its reader has gone away. */
  public void wake() {
    subscription.wake();
  }

  @Override
  public void close() {
    subscription.close();
  }

  /**
   * Tells everything until all tasks in scope have ended and all was told, or the reader has gone
   * away. The job comes first and, once more, last.
   */
  public void follow() throws InterruptedException {
    tellJob(true);
    scan();
    while (!sink.isCancelled()) {
      boolean done = cursors.values().stream().allMatch(TaskCursor::isDone);
      tellJob(done);
      if (done) {
        return;
      }
      Set<UUID> changed = subscription.await(POLL_MILLIS);
      List<UUID> open = new ArrayList<>();
      cursors.forEach((id, cursor) -> {
        if (!cursor.isDone() && (changed == null || changed.contains(id))) {
          open.add(id);
        }
      });
      for (int i = 0; i < open.size() && !sink.isCancelled(); i += PAGE) {
        List<UUID> some = open.subList(i, Math.min(open.size(), i + PAGE));
        tell(database.transact(transaction -> tasks.find(transaction, jobId, some)));
      }
    }
  }

  /** Tells the output that is committed now, task by task. */
  public void readOnce() throws InterruptedException {
    Task after = null;
    List<Task> page;
    do {
      page = page(after);
      for (Task task : page) {
        if (sink.isCancelled()) {
          return;
        }
        if (scope.tasks.test(task)) {
          TaskCursor cursor = cursor(task);
          output.drain(List.of(cursor));
          output.tellDropped(cursor);
        }
        after = task;
      }
    } while (page.size() == PAGE);
  }

  /** Every task once; the set of tasks never changes after submission. */
  private void scan() throws InterruptedException {
    Task after = null;
    List<Task> page;
    do {
      page = page(after);
      List<Task> wanted = page.stream().filter(scope.tasks).toList();
      tell(wanted);
      after = page.isEmpty() ? null : page.getLast();
    } while (page.size() == PAGE && !sink.isCancelled());
  }

  private List<Task> page(@Nullable Task after) {
    return database.transact(transaction ->
        tasks.list(
            transaction,
            jobId,
            after == null ? null : after.hostName(),
            after == null ? null : after.id(),
            PAGE));
  }

  private TaskCursor cursor(Task task) {
    return cursors.computeIfAbsent(task.id(), _ -> new TaskCursor(scope, task)).with(task);
  }

  /**
   * Tells what is new of these tasks. What was read of a terminal task can only have output that
   * was committed before, so reading on to its end and then telling its state keeps the order.
   */
  private void tell(List<Task> found) throws InterruptedException {
    List<TaskCursor> ended = new ArrayList<>();
    List<TaskCursor> open = new ArrayList<>();
    for (Task task : found) {
      TaskCursor cursor = cursor(task);
      (task.state().isTerminal() ? ended : open).add(cursor);
    }
    for (TaskCursor cursor : open) {
      tellState(cursor);
    }
    tellDenials(found);
    for (TaskCursor cursor : output.readSome(open)) {
      subscription.add(List.of(cursor.task().id())); // there may be more: in turn with the others
    }
    output.drain(ended);
    for (TaskCursor cursor : ended) {
      output.tellDropped(cursor);
      tellState(cursor);
    }
  }

  /** Most tasks have none, and cost nothing here. */
  private void tellDenials(List<Task> found) throws InterruptedException {
    List<TaskCursor> news =
        found.stream().map(this::cursor).filter(TaskCursor::hasNewDenials).toList();
    if (news.isEmpty()) {
      return;
    }
    Map<DeniedAttempt, List<Denial>> all =
        database.transact(transaction ->
            denials.list(transaction, news.stream().map(JobWatch::attempt).toList()));
    for (TaskCursor cursor : news) {
      List<Denial> fresh = cursor.newDenials(all.getOrDefault(attempt(cursor), List.of()));
      if (!fresh.isEmpty()) {
        sink.denied(cursor.task(), fresh);
      }
    }
  }

  private static DeniedAttempt attempt(TaskCursor cursor) {
    return new DeniedAttempt(cursor.task().id(), cursor.task().attempt());
  }

  private void tellState(TaskCursor cursor) throws InterruptedException {
    if (cursor.isNews()) {
      sink.task(cursor.task());
      cursor.told();
    }
  }

  /** Tells the job if it changed, but its end only when everything else was told. */
  private void tellJob(boolean end) throws InterruptedException {
    Job job =
        database
            .transact(transaction -> jobs.find(transaction, jobId))
            .orElseThrow(() -> JobService.unknown(jobId));
    if (!job.equals(last) && (end || job.endedAt() == null)) {
      sink.job(job);
      last = job;
    }
  }
}
