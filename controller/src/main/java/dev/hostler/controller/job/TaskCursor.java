package dev.hostler.controller.job;

import dev.hostler.controller.denial.Denial;
import dev.hostler.controller.output.Piece;
import dev.hostler.controller.output.Position;
import dev.hostler.controller.output.Stream;
import dev.hostler.controller.output.StreamId;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How far the reader of a {@link JobWatch} was told of one task. Used by one thread. */
final class TaskCursor {
  private final Map<Stream, Long> offsets = new EnumMap<>(Stream.class);
  private Task task;
  private @Nullable TaskState told;
  private int toldAttempt;

  /** Told counts of denied calls, by slot; there are few. */
  private final Map<Integer, Long> denied = new HashMap<>();

  private int deniedAttempt;
  private long deniedCalls;

  TaskCursor(JobWatch.Scope scope, Task task) {
    this.task = task;
    for (Stream stream : scope.streams()) {
      offsets.put(
          stream, scope.from().getOrDefault(new JobWatch.TaskStream(task.id(), stream), 0L));
    }
  }

  /** The task as it was read last. */
  Task task() {
    return task;
  }

  /** Takes over what was read now. */
  TaskCursor with(Task now) {
    task = now;
    return this;
  }

  /** Is the task in a state that was not told? */
  boolean isNews() {
    return told != task.state() || toldAttempt != task.attempt();
  }

  /** Its state was told. */
  void told() {
    told = task.state();
    toldAttempt = task.attempt();
  }

  /** Was a call denied since the last telling? */
  boolean hasNewDenials() {
    return task.deniedCalls() > 0
        && (task.attempt() != deniedAttempt || task.deniedCalls() != deniedCalls);
  }

  /** Those whose count was not told yet; they are told now. */
  List<Denial> newDenials(List<Denial> all) {
    if (task.attempt() != deniedAttempt) {
      deniedAttempt = task.attempt();
      denied.clear();
    }
    deniedCalls = task.deniedCalls();
    return all.stream()
        .filter(one -> {
          Long before = denied.put(one.slot(), one.count());
          return before == null || before < one.count();
        })
        .toList();
  }

  /** Everything of it was told. */
  boolean isDone() {
    return told != null && told.isTerminal();
  }

  /** Where a stream goes on. */
  long offset(Stream stream) {
    return offsets.getOrDefault(stream, 0L);
  }

  /** This piece was told. */
  void told(Piece piece) {
    offsets.put(piece.id().stream(), piece.end());
  }

  /** Where its streams go on. */
  List<Position> positions() {
    return offsets.entrySet().stream()
        .map(
            at -> new Position(new StreamId(task.id(), task.attempt(), at.getKey()), at.getValue()))
        .toList();
  }
}
