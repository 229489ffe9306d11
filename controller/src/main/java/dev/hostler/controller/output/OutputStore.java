package dev.hostler.controller.output;

import dev.hostler.controller.db.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/**
 * The SQL of {@code output_chunks}. Thread-safe.
 *
 * <p>A stream's committed end is the end of its last chunk. Chunks are cut so that each starts at
 * the end before it; two writers of one stream therefore collide on the primary key, and the one
 * that loses must begin its transaction again.
 */
public final class OutputStore {
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String ENDS =
      """
      SELECT p.ord, c.start_offset + c.length AS end_offset
      FROM unnest(:tasks::uuid[], :attempts::int[], :streams::int[])
           WITH ORDINALITY AS p (task_id, attempt, stream, ord)
      CROSS JOIN LATERAL (
        SELECT start_offset, length FROM output_chunks o
        WHERE o.task_id = p.task_id AND o.attempt = p.attempt AND o.stream = p.stream
        ORDER BY start_offset DESC LIMIT 1) c
      """;

  private static final String READ =
      """
      SELECT * FROM (
        SELECT p.ord, c.*, sum(c.length) OVER (ORDER BY p.ord, c.start_offset) - c.length AS before
        FROM unnest(:tasks::uuid[], :attempts::int[], :streams::int[], :offsets::bigint[])
             WITH ORDINALITY AS p (task_id, attempt, stream, from_offset, ord)
        CROSS JOIN LATERAL (
          SELECT start_offset, length, codec, data FROM output_chunks o
          WHERE o.task_id = p.task_id AND o.attempt = p.attempt AND o.stream = p.stream
            AND o.start_offset + o.length > p.from_offset
            AND o.start_offset >= coalesce((
              SELECT max(start_offset) FROM output_chunks b
              WHERE b.task_id = p.task_id AND b.attempt = p.attempt AND b.stream = p.stream
                AND b.start_offset <= p.from_offset), 0)
          ORDER BY start_offset LIMIT :rows) c) x
      WHERE before < :budget
      ORDER BY ord, start_offset
      """;

  /** The committed ends of streams; 0 for a stream without output. Has an entry for each. */
  public Map<StreamId, Long> ends(Transaction transaction, Collection<StreamId> ids) {
    List<StreamId> order = List.copyOf(ids);
    Map<StreamId, Long> ends = new HashMap<>();
    order.forEach(id -> ends.put(id, 0L));
    if (!order.isEmpty()) {
      transaction
          .handle()
          .createQuery(ENDS)
          .bind("tasks", order.stream().map(StreamId::taskId).toArray(UUID[]::new))
          .bind("attempts", order.stream().map(StreamId::attempt).toArray(Integer[]::new))
          .bind("streams", order.stream().map(id -> id.stream().code()).toArray(Integer[]::new))
          .map((row, _) -> Map.entry(order.get(row.getInt("ord") - 1), row.getLong("end_offset")))
          .forEach(end -> ends.put(end.getKey(), end.getValue()));
    }
    return ends;
  }

  /**
   * Appends chunks, in order. What is stored already is skipped, a chunk that overlaps the end is
   * cut, a chunk past the end (a gap) is refused.
   *
   * @throws OutputCollisionException if another transaction appended to one of the streams first
   * @return for each stream that occurs, its end after the commit: where its sender continues
   */
  public Map<StreamId, Long> append(Transaction transaction, List<Chunk> chunks) {
    Set<StreamId> ids = new LinkedHashSet<>();
    chunks.forEach(chunk -> ids.add(chunk.id()));
    Map<StreamId, Long> ends = ends(transaction, ids);
    List<Chunk> fresh = new ArrayList<>();
    for (Chunk chunk : chunks) {
      long end = ends.getOrDefault(chunk.id(), 0L);
      if (chunk.offset() <= end && chunk.end() > end) {
        Chunk next = chunk.offset() == end ? chunk : chunk.from(end);
        fresh.add(next);
        ends.put(chunk.id(), next.end());
      }
    }
    insert(transaction.handle(), fresh);
    return ends;
  }

  private static void insert(Handle handle, List<Chunk> chunks) {
    if (chunks.isEmpty()) {
      return;
    }
    try (PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO output_chunks (task_id, attempt, stream, start_offset, length, codec, data)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
      for (Chunk chunk : chunks) {
        batch
            .bind(0, chunk.id().taskId())
            .bind(1, chunk.id().attempt())
            .bind(2, chunk.id().stream().code())
            .bind(3, chunk.offset())
            .bind(4, chunk.length())
            .bind(5, chunk.codec().code())
            .bind(6, chunk.data())
            .add();
      }
      batch.execute();
    } catch (UnableToExecuteStatementException e) {
      if (e.getCause() instanceof SQLException sql && UNIQUE_VIOLATION.equals(sql.getSQLState())) {
        throw new OutputCollisionException(e);
      }
      throw e;
    }
  }

  /**
   * Removes output.
   *
   * @param most chunks at once
   * @return how many were removed; fewer than {@code most}: nothing of these tasks is left
   */
  public int remove(Transaction transaction, Collection<UUID> tasks, int most) {
    return transaction
        .handle()
        .createUpdate(
            """
            DELETE FROM output_chunks WHERE (task_id, attempt, stream, start_offset) IN (
              SELECT task_id, attempt, stream, start_offset FROM output_chunks
              WHERE task_id = ANY (:tasks::uuid[]) LIMIT :most)
            """)
        .bind("tasks", tasks.toArray(UUID[]::new))
        .bind("most", most)
        .execute();
  }

  /**
   * Reads on from the given positions: whole chunks, stream by stream in the order given, until
   * {@code budget} decoded bytes are reached (the last chunk may pass it).
   *
   * @param budget soft bound of the decoded bytes held at once; positive
   * @return in order, without gaps within a stream; empty when nothing more is committed
   */
  public List<Piece> read(Transaction transaction, List<Position> from, int budget) {
    if (from.isEmpty()) {
      return List.of();
    }
    return transaction
        .handle()
        .createQuery(READ)
        .bind("tasks", from.stream().map(p -> p.id().taskId()).toArray(UUID[]::new))
        .bind("attempts", from.stream().map(p -> p.id().attempt()).toArray(Integer[]::new))
        .bind("streams", from.stream().map(p -> p.id().stream().code()).toArray(Integer[]::new))
        .bind("offsets", from.stream().map(Position::offset).toArray(Long[]::new))
        .bind("rows", 64)
        .bind("budget", budget)
        .map((row, _) -> {
          Position position = from.get(row.getInt("ord") - 1);
          Chunk chunk =
              new Chunk(
                  position.id(),
                  row.getLong("start_offset"),
                  row.getInt("length"),
                  Codec.of(row.getInt("codec")),
                  row.getBytes("data"));
          Chunk wanted = chunk.offset() < position.offset() ? chunk.from(position.offset()) : chunk;
          return new Piece(chunk.id(), wanted.offset(), wanted.decoded());
        })
        .list();
  }
}
