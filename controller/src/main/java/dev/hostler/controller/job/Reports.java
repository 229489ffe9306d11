package dev.hostler.controller.job;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.denial.Denial;
import dev.hostler.controller.denial.Denials;
import dev.hostler.controller.denial.DeniedAttempt;
import dev.hostler.controller.denial.DeniedTotals;
import dev.hostler.controller.output.Chunk;
import dev.hostler.controller.output.OutputStore;
import dev.hostler.controller.output.Stream;
import dev.hostler.controller.output.StreamId;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Commits what hosts report, many reports of many hosts in one transaction: the output first, then
 * the states, so that nobody ever sees the end of a task without all of its output. Thread-safe.
 */
final class Reports {
  private final Database database;
  private final TaskStore tasks;
  private final AttemptStore attempts;
  private final OutputStore output;
  private final Denials denials;
  private final InstantSource clock;
  private volatile CheckpointKeeper checkpoints = CheckpointKeeper.NONE;

  Reports(
      Database database,
      TaskStore tasks,
      AttemptStore attempts,
      OutputStore output,
      Denials denials,
      InstantSource clock) {
    this.database = database;
    this.tasks = tasks;
    this.attempts = attempts;
    this.output = output;
    this.denials = denials;
    this.clock = clock;
  }

  /** From now on, {@code keeper} is told what hosts say of checkpoints. */
  void tell(CheckpointKeeper keeper) {
    checkpoints = keeper;
  }

  /**
   * What was committed.
   *
   * @param ends the committed ends of the streams that occur
   * @param changed tasks that reached another state, by job
   * @param closed tasks that reached a terminal state
   */
  record Committed(Map<StreamId, Long> ends, Map<UUID, Set<UUID>> changed, List<Move> closed) {}

  /** Commits reports in their order. */
  Committed commit(List<Report> reports) {
    return database.transact(transaction -> write(transaction, reports));
  }

  private Committed write(Transaction transaction, List<Report> reports) {
    List<Chunk> chunks = new ArrayList<>();
    Set<UUID> ids = new LinkedHashSet<>();
    Set<StreamId> streams = new HashSet<>();
    for (Report report : reports) {
      switch (report) {
        case Report.Output piece -> chunks.add(piece.chunk());
        case Report.Started started -> ids.add(started.ref().taskId());
        case Report.Denied _ -> {}
        case Report.Ended ended -> {
          ids.add(ended.ref().taskId());
          streams.add(id(ended.ref(), Stream.STDOUT));
          streams.add(id(ended.ref(), Stream.STDERR));
        }
      }
    }
    Map<StreamId, Long> ends = output.append(transaction, chunks);
    streams.removeAll(ends.keySet());
    Map<StreamId, Long> known = new HashMap<>(ends);
    known.putAll(output.ends(transaction, streams));
    Map<DeniedAttempt, DeniedTotals> denied = denied(transaction, reports);
    Committed committed =
        ids.isEmpty()
            ? new Committed(ends, Map.of(), List.of())
            : states(transaction, reports, ids, ends, known);
    if (!denied.isEmpty()) {
      Map<UUID, UUID> jobs = new HashMap<>();
      reports.forEach(report -> jobs.put(report.ref().taskId(), report.jobId()));
      denials.alert(transaction, denied, jobs);
    }
    return committed;
  }

  /** Keeps what was denied. The last word on a kind of call counts. */
  private Map<DeniedAttempt, DeniedTotals> denied(Transaction transaction, List<Report> reports) {
    Map<DeniedAttempt, Map<Integer, Denial>> told = new LinkedHashMap<>();
    for (Report report : reports) {
      if (report instanceof Report.Denied(var ref, _, var list)) {
        Map<Integer, Denial> slots =
            told.computeIfAbsent(
                new DeniedAttempt(ref.taskId(), ref.attempt()), _ -> new TreeMap<>());
        list.forEach(one -> slots.put(one.slot(), one));
      }
    }
    if (told.isEmpty()) {
      return Map.of();
    }
    Map<DeniedAttempt, List<Denial>> lists = new LinkedHashMap<>();
    told.forEach((attempt, slots) -> lists.put(attempt, List.copyOf(slots.values())));
    Map<DeniedAttempt, DeniedTotals> totals = denials.put(transaction, lists);
    attempts.denied(transaction, totals);
    return totals;
  }

  private Committed states(
      Transaction transaction,
      List<Report> reports,
      Set<UUID> ids,
      Map<StreamId, Long> ends,
      Map<StreamId, Long> known) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    Map<UUID, TaskRow> before = new LinkedHashMap<>();
    tasks.lock(transaction, ids).forEach(row -> before.put(row.id(), row));
    Map<UUID, Move> moves = new LinkedHashMap<>();
    Set<AttemptRef> started = new LinkedHashSet<>();
    Map<AttemptRef, AttemptResult> results = new LinkedHashMap<>();
    for (Report report : reports) {
      TaskEvent event =
          switch (report) {
            case Report.Output _, Report.Denied _ -> null;
            case Report.Started _ -> new TaskEvent.Started();
            case Report.Ended ended -> new TaskEvent.Ended(ended.result());
          };
      TaskRow row = before.get(report.ref().taskId());
      if (event == null || row == null || row.attempt() != report.ref().attempt()) {
        continue; // output, or a late message of an older attempt
      }
      Move last = moves.get(row.id());
      TaskState state = last == null ? row.state() : last.to();
      Optional<TaskMachine.Next> next = TaskMachine.next(state, event);
      if (next.isEmpty()) {
        continue; // said before, or the task has ended otherwise
      }
      moves.put(row.id(), new Move(row, next.get().state(), next.get().message()));
      switch (report) {
        case Report.Output _, Report.Denied _ -> {}
        case Report.Started _ -> started.add(report.ref());
        case Report.Ended ended -> results.put(ended.ref(), checked(ended, known));
      }
    }
    tasks.move(transaction, moves.values(), now);
    attempts.running(transaction, started, now);
    attempts.ended(transaction, results);
    checkpoints(transaction, results, before);
    Map<UUID, Set<UUID>> changed = new HashMap<>();
    moves
        .values()
        .forEach(move ->
            changed.computeIfAbsent(move.row().jobId(), _ -> new HashSet<>()).add(move.row().id()));
    return new Committed(
        ends, changed, moves.values().stream().filter(move -> move.to().isTerminal()).toList());
  }

  private void checkpoints(
      Transaction transaction, Map<AttemptRef, AttemptResult> results, Map<UUID, TaskRow> rows) {
    List<CheckpointKeeper.Told> told = new ArrayList<>();
    results.forEach((ref, result) -> {
      TaskRow row = rows.get(ref.taskId());
      CheckpointHeld held = result.checkpoint();
      if (row != null && held != null) {
        told.add(new CheckpointKeeper.Told(row.hostId(), row.jobId(), held));
      }
    });
    if (!told.isEmpty()) {
      checkpoints.told(transaction, told);
    }
  }

  /** A result that speaks of more output than was ever sent says so itself from here on. */
  private static AttemptResult checked(Report.Ended ended, Map<StreamId, Long> known) {
    AttemptResult result = ended.result();
    long stdout = known.getOrDefault(id(ended.ref(), Stream.STDOUT), 0L);
    long stderr = known.getOrDefault(id(ended.ref(), Stream.STDERR), 0L);
    if (stdout == result.stdout().bytes() && stderr == result.stderr().bytes()) {
      return result;
    }
    String note =
        "the host reports %d bytes of stdout and %d of stderr, received were %d and %d"
            .formatted(result.stdout().bytes(), result.stderr().bytes(), stdout, stderr);
    return result.withOutputError(
        result.outputError().isEmpty() ? note : result.outputError() + "; " + note);
  }

  private static StreamId id(AttemptRef ref, Stream stream) {
    return new StreamId(ref.taskId(), ref.attempt(), stream);
  }
}
