package dev.hostler.controller.host;

import dev.hostler.controller.db.Transaction;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The SQL of hosts' labels, but for reading them, which {@link HostStore} does. Thread-safe. */
final class LabelStore {

  /** Who gave a label; a later one wins. */
  enum Origin {
    TOKEN,
    AGENT,
    OPERATOR;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Makes other changes of this host wait until the transaction ends. */
  void lock(Transaction transaction, UUID id) {
    transaction
        .handle()
        .createQuery("SELECT id FROM hosts WHERE id = :id FOR NO KEY UPDATE")
        .bind("id", id)
        .mapTo(UUID.class)
        .findOne();
  }

  /** Replaces all labels of one origin. */
  void replace(Transaction transaction, UUID id, Origin origin, Map<String, String> labels) {
    transaction
        .handle()
        .createUpdate("DELETE FROM host_labels WHERE host_id = :id AND origin = :origin")
        .bind("id", id)
        .bind("origin", origin.text())
        .execute();
    set(transaction, id, origin, labels);
  }

  /** Sets labels of one origin. */
  void set(Transaction transaction, UUID id, Origin origin, Map<String, String> labels) {
    if (labels.isEmpty()) {
      return;
    }
    try (PreparedBatch batch =
        transaction
            .handle()
            .prepareBatch(
                """
                INSERT INTO host_labels (host_id, origin, key, value)
                VALUES (:id, :origin, :key, :value)
                ON CONFLICT (host_id, origin, key) DO UPDATE SET value = EXCLUDED.value
                """)) {
      labels.forEach((key, value) ->
          batch
              .bind("id", id)
              .bind("origin", origin.text())
              .bind("key", key)
              .bind("value", value)
              .add());
      batch.execute();
    }
  }

  /** Removes an operator's label, and hides one of an earlier origin. */
  void remove(Transaction transaction, UUID id, String key) {
    transaction
        .handle()
        .createUpdate(
            "DELETE FROM host_labels WHERE host_id = :id AND key = :key AND origin = 'operator'")
        .bind("id", id)
        .bind("key", key)
        .execute();
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO host_labels (host_id, origin, key, value)
            SELECT :id, 'operator', :key, NULL WHERE EXISTS
              (SELECT FROM host_labels WHERE host_id = :id AND key = :key)
            """)
        .bind("id", id)
        .bind("key", key)
        .execute();
  }
}
