package dev.hostler.controller.job;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.output.OutputStore;
import dev.hostler.controller.output.Piece;
import dev.hostler.controller.output.Position;
import dev.hostler.controller.output.Stream;
import dev.hostler.controller.output.StreamId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One reader that follows one job. Reads from the tables, woken by {@link JobChanges}; holds one
 * small entry for each task and at most {@value #BUDGET} bytes of output. One thread; {@link #wake}
 * from any.
 */
public final class JobWatch implements AutoCloseable {
  private static final int BUDGET = 1 << 20;
  private static final int PAGE = 1000;
  private static final int STREAMS_AT_ONCE = 128;
  private static final long POLL_MILLIS = 1000;

  private final Database database;
  private final JobStore jobs;
  private final TaskStore tasks;
  private final OutputStore output;
  private final JobChanges.Subscription subscription;
  private final UUID jobId;
  private final Scope scope;
  private final WatchSink sink;
  private final Map<UUID, Cursor> cursors = new LinkedHashMap<>();
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

  /** How far a task was told. */
  private static final class Cursor {
    private Task task;
    private @Nullable TaskState told;
    private int toldAttempt;
    private final Map<Stream, Long> offsets = new HashMap<>();

    Cursor(Task task) {
      this.task = task;
    }

    boolean isDone() {
      return told != null && told.isTerminal();
    }

    List<Position> positions() {
      return offsets.entrySet().stream()
          .map(at ->
              new Position(new StreamId(task.id(), task.attempt(), at.getKey()), at.getValue()))
          .toList();
    }
  }

  JobWatch(
      Database database,
      JobStore jobs,
      TaskStore tasks,
      OutputStore output,
      JobChanges changes,
      UUID jobId,
      Scope scope,
      WatchSink sink) {
    this.database = database;
    this.jobs = jobs;
    this.tasks = tasks;
    this.output = output;
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
      boolean done = cursors.values().stream().allMatch(Cursor::isDone);
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
          Cursor cursor = cursor(task);
          drain(List.of(cursor));
          tellDropped(cursor);
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

  private Cursor cursor(Task task) {
    Cursor cursor = cursors.computeIfAbsent(task.id(), _ -> new Cursor(task));
    if (cursor.told == null && cursor.offsets.isEmpty()) {
      for (Stream stream : scope.streams) {
        cursor.offsets.put(stream, scope.from.getOrDefault(new TaskStream(task.id(), stream), 0L));
      }
    }
    cursor.task = task;
    return cursor;
  }

  /**
   * Tells what is new of these tasks. What was read of a terminal task can only have output that
   * was committed before, so reading on to its end and then telling its state keeps the order.
   */
  private void tell(List<Task> found) throws InterruptedException {
    List<Cursor> ended = new ArrayList<>();
    List<Cursor> open = new ArrayList<>();
    for (Task task : found) {
      Cursor cursor = cursor(task);
      (task.state().isTerminal() ? ended : open).add(cursor);
    }
    for (Cursor cursor : open) {
      tellState(cursor);
    }
    if (!scope.streams.isEmpty()) {
      for (Cursor cursor : readSome(open)) {
        subscription.add(List.of(cursor.task.id())); // there may be more: in turn with the others
      }
    }
    drain(ended);
    for (Cursor cursor : ended) {
      tellDropped(cursor);
      tellState(cursor);
    }
  }

  private void tellState(Cursor cursor) throws InterruptedException {
    if (cursor.told != cursor.task.state() || cursor.toldAttempt != cursor.task.attempt()) {
      sink.task(cursor.task);
      cursor.told = cursor.task.state();
      cursor.toldAttempt = cursor.task.attempt();
    }
  }

  private void tellDropped(Cursor cursor) throws InterruptedException {
    AttemptResult result = cursor.task.result();
    if (result == null) {
      return;
    }
    for (Stream stream : scope.streams) {
      long bytes = (stream == Stream.STDOUT ? result.stdout() : result.stderr()).droppedBytes();
      if (bytes > 0) {
        sink.dropped(cursor.task, stream, cursor.offsets.getOrDefault(stream, 0L), bytes);
      }
    }
  }

  private void drain(List<Cursor> of) throws InterruptedException {
    List<Cursor> left = of;
    while (!left.isEmpty() && !scope.streams.isEmpty() && !sink.isCancelled()) {
      left = readSome(left);
    }
  }

  /** Tells a bounded part of what these have; gives those that may have more. */
  private List<Cursor> readSome(Collection<Cursor> of) throws InterruptedException {
    List<Cursor> more = new ArrayList<>();
    List<Cursor> some = new ArrayList<>();
    for (Cursor cursor : of) {
      if (cursor.task.attempt() > 0) {
        some.add(cursor);
      }
      if (some.size() * scope.streams.size() >= STREAMS_AT_ONCE) {
        more.addAll(read(some));
        some.clear();
      }
    }
    more.addAll(read(some));
    return more;
  }

  private List<Cursor> read(List<Cursor> some) throws InterruptedException {
    Map<UUID, Cursor> byTask = new HashMap<>();
    List<Position> from = new ArrayList<>();
    for (Cursor cursor : some) {
      byTask.put(cursor.task.id(), cursor);
      from.addAll(cursor.positions());
    }
    List<Piece> pieces = database.transact(transaction -> output.read(transaction, from, BUDGET));
    long bytes = 0;
    Set<Cursor> touched = new java.util.LinkedHashSet<>();
    for (Piece piece : pieces) {
      Cursor cursor = byTask.get(piece.id().taskId());
      if (cursor != null && !sink.isCancelled()) {
        sink.output(cursor.task, piece);
        cursor.offsets.put(piece.id().stream(), piece.end());
        touched.add(cursor);
        bytes += piece.data().length;
      }
    }
    // Short of the budget and of the rows, everything that there was has been told.
    return pieces.isEmpty()
        ? List.of()
        : bytes >= BUDGET ? List.copyOf(some) : List.copyOf(touched);
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
