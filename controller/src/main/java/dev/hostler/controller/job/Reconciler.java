package dev.hostler.controller.job;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostRemovalListener;
import dev.hostler.controller.output.OutputStore;
import dev.hostler.controller.output.Stream;
import dev.hostler.controller.output.StreamId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Brings the tables and a host that has just connected to the same view. Thread-safe. */
public final class Reconciler implements HostRemovalListener {
  private final Database database;
  private final TaskStore tasks;
  private final AttemptStore attempts;
  private final OutputStore output;
  private final JobChanges changes;
  private final WorkHints hints;
  private final InstantSource clock;

  Reconciler(
      Database database,
      TaskStore tasks,
      AttemptStore attempts,
      OutputStore output,
      JobChanges changes,
      WorkHints hints,
      InstantSource clock) {
    this.database = database;
    this.tasks = tasks;
    this.attempts = attempts;
    this.output = output;
    this.changes = changes;
    this.hints = hints;
    this.clock = clock;
  }

  /**
   * What host and controller agree on.
   *
   * @param live attempts that the host goes on with or has still to report, with their jobs
   * @param unknown attempts that the host ends and forgets
   * @param offsets where the output of the live ones continues
   * @param cancelled live ones that the host is to end
   */
  public record Reconciled(
      Map<AttemptRef, UUID> live,
      List<AttemptRef> unknown,
      Map<StreamId, Long> offsets,
      Set<AttemptRef> cancelled) {}

  /**
   * A host connected. What was assigned to it and it does not hold, is queued again; what ran there
   * and it does not hold, is lost.
   *
   * @param held the attempts in its ledger, with the states that it says
   */
  public Reconciled reconcile(UUID hostId, Map<AttemptRef, TaskState> held) {
    return database.transact(transaction -> reconcile(transaction, hostId, held));
  }

  private Reconciled reconcile(
      Transaction transaction, UUID hostId, Map<AttemptRef, TaskState> held) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    List<Move> moves = new ArrayList<>();
    Set<AttemptRef> started = new HashSet<>();
    Map<AttemptRef, UUID> live = new HashMap<>();
    Set<AttemptRef> cancelled = new HashSet<>();
    for (TaskRow row : tasks.lockOfHost(transaction, hostId, false)) {
      TaskState state = held.get(row.ref());
      if (state == null) {
        row.on(new TaskEvent.NotHeld()).ifPresent(moves::add);
        continue;
      }
      live.put(row.ref(), row.jobId());
      if (row.cancelRequested()) {
        cancelled.add(row.ref());
      }
      if (state == TaskState.RUNNING) {
        row.on(new TaskEvent.Started())
            .ifPresent(move -> {
              moves.add(move);
              started.add(row.ref());
            });
      }
    }
    live.putAll(endedBefore(transaction, hostId, held, live.keySet()));
    tasks.move(transaction, moves, now);
    attempts.running(transaction, started, now);
    List<AttemptRef> unknown =
        held.keySet().stream().filter(ref -> !live.containsKey(ref)).toList();
    Map<StreamId, Long> offsets = output.ends(transaction, streams(live.keySet()));
    transaction.afterCommit(() -> tell(moves));
    return new Reconciled(live, unknown, offsets, cancelled);
  }

  /** Attempts whose end is committed, and only the acknowledgement did not reach the host. */
  private Map<AttemptRef, UUID> endedBefore(
      Transaction transaction,
      UUID hostId,
      Map<AttemptRef, TaskState> held,
      Set<AttemptRef> active) {
    Map<AttemptRef, TaskState> ended =
        held.entrySet().stream()
            .filter(entry -> entry.getValue().isTerminal() && !active.contains(entry.getKey()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    if (ended.isEmpty()) {
      return Map.of();
    }
    return tasks
        .look(transaction, ended.keySet().stream().map(AttemptRef::taskId).toList())
        .stream()
        .filter(row -> row.hostId().equals(hostId) && ended.containsKey(row.ref()))
        .filter(row -> row.state().isTerminal() && row.state() != TaskState.LOST)
        .collect(Collectors.toMap(TaskRow::ref, TaskRow::jobId));
  }

  /** A removed host: nobody answers for its open tasks any more. */
  @Override
  public void onRemoval(Transaction transaction, Host host) {
    UUID hostId = host.id();
    List<Move> moves = new ArrayList<>();
    for (TaskRow row : tasks.lockOfHost(transaction, hostId, true)) {
      row.on(new TaskEvent.HostGone("the host was removed from the fleet")).ifPresent(moves::add);
    }
    tasks.move(transaction, moves, clock.instant());
    transaction.afterCommit(() -> tell(moves));
  }

  private void tell(Collection<Move> moves) {
    moves.forEach(move -> changes.tasksChanged(move.row().jobId(), List.of(move.row().id())));
    if (!moves.isEmpty()) {
      hints.all();
    }
  }

  private static List<StreamId> streams(Collection<AttemptRef> refs) {
    Function<AttemptRef, java.util.stream.Stream<StreamId>> both =
        ref ->
            java.util.stream.Stream.of(Stream.values())
                .map(stream -> new StreamId(ref.taskId(), ref.attempt(), stream));
    return refs.stream().flatMap(both).toList();
  }
}
