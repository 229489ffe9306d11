package dev.hostler.controller.checkpoint;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostRemovalListener;
import dev.hostler.controller.job.CheckpointKeeper;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobService;
import dev.hostler.controller.job.Task;
import dev.hostler.trust.job.JobWork;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Knows checkpoints, and how hosts stand by them. Thread-safe. */
public final class Checkpoints implements CheckpointKeeper, HostRemovalListener {
  private static final int PAGE = 1000;

  private final Database database;
  private final JobService jobs;
  private final CheckpointStore store = new CheckpointStore();

  /**
   * In this database.
   *
   * @param jobs say why hosts do not have one
   */
  public Checkpoints(Database database, JobService jobs) {
    this.database = database;
    this.jobs = jobs;
  }

  @Override
  public void submitted(
      Transaction transaction, JobWork.Checkpoint asked, Job job, Collection<UUID> hostIds) {
    if (!asked.verb().equals("create")) {
      return; // what comes of it, hosts say
    }
    Checkpoint there =
        store.make(
            transaction,
            new Checkpoint(asked.name(), asked.paths(), job.createdAt(), job.operator()));
    if (!there.paths().equals(asked.paths())) {
      throw new RequestException(
          RequestException.Kind.ALREADY_EXISTS,
          "checkpoint.name: %s: there is a checkpoint of that name, of %s; more hosts get it with the same paths; else use another name, or remove it first"
              .formatted(RequestException.shown(asked.name()), String.join(" ", there.paths())));
    }
    store.ask(transaction, asked.name(), job.id(), job.operator(), hostIds);
  }

  @Override
  public void told(Transaction transaction, List<Told> told) {
    for (Told one : told) {
      if (one.held().removed()) {
        store.remove(transaction, one.hostId(), one.held().name());
      } else if (one.held().snapshot().isEmpty()) {
        store.missing(transaction, one.hostId(), one.jobId(), one.held().name());
      } else {
        store.kept(transaction, one.hostId(), one.jobId(), one.held());
      }
    }
  }

  @Override
  public void onRemoval(Transaction transaction, Host host) {
    store.removeHost(transaction, host.id());
  }

  /** All, by name, with how their hosts stand. */
  public Map<Checkpoint, List<Standing>> list() {
    List<Checkpoint> all = database.transact(store::all);
    Map<String, List<Standing>> standings =
        standings("").stream().collect(Collectors.groupingBy(one -> one.row().name()));
    Map<Checkpoint, List<Standing>> list = new LinkedHashMap<>();
    all.forEach(one -> list.put(one, standings.getOrDefault(one.name(), List.of())));
    return list;
  }

  /**
   * One.
   *
   * @throws RequestException NOT_FOUND
   */
  public Checkpoint get(String name) {
    return database
        .transact(transaction -> store.find(transaction, name))
        .orElseThrow(() ->
            RequestException.notFound(
                "name", name, "there is no such checkpoint; see `hostler checkpoint list`"));
  }

  /**
   * How hosts stand.
   *
   * @param name of a checkpoint; empty: of all
   */
  public List<Standing> standings(String name) {
    Map<UUID, Map<UUID, Task>> tasks = new HashMap<>();
    return database.transact(transaction -> store.hosts(transaction, name)).stream()
        .map(row -> standing(row, tasks))
        .toList();
  }

  private Standing standing(CheckpointHost row, Map<UUID, Map<UUID, Task>> tasks) {
    if (row.snapshot() != null) {
      return new Standing(row, Standing.State.KEPT, "");
    }
    Task task = tasks.computeIfAbsent(row.jobId(), this::tasks).get(row.hostId());
    if (task == null) {
      return new Standing(row, Standing.State.MISSING, "its job was removed because of its age");
    }
    return task.state().isTerminal()
        ? new Standing(row, Standing.State.MISSING, why(task))
        : new Standing(row, Standing.State.PENDING, "");
  }

  /** The tasks of a job by host; none if the job is no longer kept. */
  private Map<UUID, Task> tasks(UUID jobId) {
    Map<UUID, Task> byHost = new HashMap<>();
    @Nullable Task last = null;
    try {
      List<Task> page;
      do {
        page =
            jobs.tasks(
                jobId,
                last == null ? null : last.hostName(),
                last == null ? null : last.id(),
                PAGE);
        page.forEach(task -> byHost.put(task.hostId(), task));
        last = page.isEmpty() ? last : page.getLast();
      } while (page.size() == PAGE);
    } catch (RequestException e) {
      if (e.kind() != RequestException.Kind.NOT_FOUND) {
        throw e;
      }
    }
    return byHost;
  }

  private static String why(Task task) {
    String message = task.result() == null ? task.message() : task.result().message();
    String state = task.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return message.isEmpty() ? state : state + ": " + message;
  }
}
