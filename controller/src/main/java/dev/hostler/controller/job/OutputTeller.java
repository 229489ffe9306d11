package dev.hostler.controller.job;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.output.OutputStore;
import dev.hostler.controller.output.Piece;
import dev.hostler.controller.output.Position;
import dev.hostler.controller.output.Stream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Tells the reader of a {@link JobWatch} the output, in bounded parts. Used by one thread. */
final class OutputTeller {
  /** What is held at a time, in bytes. */
  static final int BUDGET = 1 << 20;

  private static final int STREAMS_AT_ONCE = 128;

  private final Database database;
  private final OutputStore output;
  private final Set<Stream> streams;
  private final WatchSink sink;

  /**
   * @param streams whose output; empty: none
   */
  OutputTeller(Database database, OutputStore output, Set<Stream> streams, WatchSink sink) {
    this.database = database;
    this.output = output;
    this.streams = streams;
    this.sink = sink;
  }

  /** Tells all that these have now. */
  void drain(List<TaskCursor> of) throws InterruptedException {
    List<TaskCursor> left = of;
    while (!left.isEmpty() && !sink.isCancelled()) {
      left = readSome(left);
    }
  }

  /** Tells a bounded part of what these have; gives those that may have more. */
  List<TaskCursor> readSome(Collection<TaskCursor> of) throws InterruptedException {
    List<TaskCursor> more = new ArrayList<>();
    if (streams.isEmpty()) {
      return more;
    }
    List<TaskCursor> some = new ArrayList<>();
    for (TaskCursor cursor : of) {
      if (cursor.task().attempt() > 0) {
        some.add(cursor);
      }
      if (some.size() * streams.size() >= STREAMS_AT_ONCE) {
        more.addAll(read(some));
        some.clear();
      }
    }
    more.addAll(read(some));
    return more;
  }

  private List<TaskCursor> read(List<TaskCursor> some) throws InterruptedException {
    Map<UUID, TaskCursor> byTask = new HashMap<>();
    List<Position> from = new ArrayList<>();
    for (TaskCursor cursor : some) {
      byTask.put(cursor.task().id(), cursor);
      from.addAll(cursor.positions());
    }
    List<Piece> pieces = database.transact(transaction -> output.read(transaction, from, BUDGET));
    long bytes = 0;
    Set<TaskCursor> touched = new LinkedHashSet<>();
    for (Piece piece : pieces) {
      TaskCursor cursor = byTask.get(piece.id().taskId());
      if (cursor != null && !sink.isCancelled()) {
        sink.output(cursor.task(), piece);
        cursor.told(piece);
        touched.add(cursor);
        bytes += piece.data().length;
      }
    }
    // Short of the budget and of the rows, everything that there was has been told.
    return pieces.isEmpty()
        ? List.of()
        : bytes >= BUDGET ? List.copyOf(some) : List.copyOf(touched);
  }

  /** Tells how much of an ended task's output was never kept, if any. */
  void tellDropped(TaskCursor cursor) throws InterruptedException {
    AttemptResult result = cursor.task().result();
    if (result == null) {
      return;
    }
    for (Stream stream : streams) {
      long bytes = (stream == Stream.STDOUT ? result.stdout() : result.stderr()).droppedBytes();
      if (bytes > 0) {
        sink.dropped(cursor.task(), stream, cursor.offset(stream), bytes);
      }
    }
  }
}
