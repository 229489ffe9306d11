package dev.hostler.controller.job;

import dev.hostler.controller.db.Transaction;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The SQL of the keys that open sealed parameters, but for deleting them, which {@link
 * TaskStore#move} does. Thread-safe.
 */
final class SealedKeyStore {
  private static final HexFormat HEX = HexFormat.of();

  /**
   * Writes the keys of new tasks.
   *
   * @param wrapped by host
   */
  void insert(Transaction transaction, List<Task> tasks, Map<UUID, byte[]> wrapped) {
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO task_sealed_keys (task_id, wrapped)
            SELECT t.id, decode(t.wrapped, 'hex')
            FROM unnest(:ids::uuid[], :wrapped::text[]) AS t (id, wrapped)
            """)
        .bind("ids", tasks.stream().map(Task::id).toArray(UUID[]::new))
        .bind(
            "wrapped",
            tasks.stream()
                .map(task -> HEX.formatHex(wrapped.getOrDefault(task.hostId(), new byte[0])))
                .toArray(String[]::new))
        .execute();
  }

  /** The keys of these tasks, as far as there are any. */
  Map<UUID, byte[]> find(Transaction transaction, Collection<UUID> taskIds) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT task_id, wrapped FROM task_sealed_keys WHERE task_id = ANY (:ids::uuid[])
            """)
        .bind("ids", taskIds.toArray(UUID[]::new))
        .reduceRows(
            new HashMap<UUID, byte[]>(),
            (map, row) -> {
              map.put(row.getColumn("task_id", UUID.class), row.getColumn("wrapped", byte[].class));
              return map;
            });
  }
}
