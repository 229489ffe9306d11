package dev.hostler.controller.job;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.denial.Denials;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.output.OutputStore;
import dev.hostler.controller.output.Stream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes watches. Thread-safe. */
public final class JobWatches {
  private static final int PAGE = 1000;

  private final Database database;
  private final JobStore jobs;
  private final TaskViewStore tasks;
  private final OutputStore output;
  private final Denials denials;
  private final JobChanges changes;

  JobWatches(
      Database database,
      JobStore jobs,
      TaskViewStore tasks,
      OutputStore output,
      Denials denials,
      JobChanges changes) {
    this.database = database;
    this.jobs = jobs;
    this.tasks = tasks;
    this.output = output;
    this.denials = denials;
    this.changes = changes;
  }

  /**
   * A watch of a whole job.
   *
   * @param withOutput whether output is told as well
   * @param from where output begins; what is missing begins at 0
   * @throws RequestException NOT_FOUND
   */
  public JobWatch watch(
      UUID jobId, boolean withOutput, Map<JobWatch.TaskStream, Long> from, WatchSink sink) {
    requireJob(jobId);
    Set<Stream> streams = withOutput ? Set.of(Stream.values()) : Set.of();
    return make(jobId, new JobWatch.Scope(_ -> true, streams, from), sink);
  }

  /**
   * A watch of the output of some hosts.
   *
   * @param hosts ids or names; empty: all of the job
   * @param stream null: both
   * @throws RequestException NOT_FOUND if there is no such job, or it is not for one of these hosts
   */
  public JobWatch output(UUID jobId, List<String> hosts, @Nullable Stream stream, WatchSink sink) {
    requireJob(jobId);
    Set<Stream> streams = stream == null ? Set.of(Stream.values()) : Set.of(stream);
    if (hosts.isEmpty()) {
      return make(jobId, new JobWatch.Scope(_ -> true, streams, Map.of()), sink);
    }
    Set<String> wanted = new HashSet<>();
    hosts.forEach(host -> wanted.add(host.toLowerCase(Locale.ROOT)));
    Set<UUID> chosen = choose(jobId, wanted);
    return make(
        jobId, new JobWatch.Scope(task -> chosen.contains(task.id()), streams, Map.of()), sink);
  }

  private Set<UUID> choose(UUID jobId, Set<String> wanted) {
    Set<UUID> chosen = new HashSet<>();
    Set<String> missing = new HashSet<>(wanted);
    database.execute(transaction -> {
      Task after = null;
      List<Task> page;
      do {
        page =
            tasks.list(
                transaction,
                jobId,
                after == null ? null : after.hostName(),
                after == null ? null : after.id(),
                PAGE);
        for (Task task : page) {
          String id = task.hostId().toString();
          if (wanted.contains(task.hostName()) || wanted.contains(id)) {
            chosen.add(task.id());
            missing.remove(task.hostName());
            missing.remove(id);
          }
          after = task;
        }
      } while (page.size() == PAGE);
    });
    if (!missing.isEmpty()) {
      throw RequestException.notFound(
          "hosts", String.join(", ", missing), "the job is not for them; see `hostler job show`");
    }
    return chosen;
  }

  private JobWatch make(UUID jobId, JobWatch.Scope scope, WatchSink sink) {
    return new JobWatch(database, jobs, tasks, output, denials, changes, jobId, scope, sink);
  }

  private void requireJob(UUID jobId) {
    if (database.transact(transaction -> jobs.find(transaction, jobId)).isEmpty()) {
      throw JobService.unknown(jobId);
    }
  }
}
