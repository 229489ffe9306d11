package dev.hostler.controller.host;

import dev.hostler.controller.db.Transaction;
import dev.hostler.trust.secret.SignedSealingKey;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** The SQL of hosts' sealing keys. Thread-safe. */
final class SealingKeyStore {

  /** Keeps what a host sent, if it is another than before. */
  void put(Transaction transaction, UUID hostId, SignedSealingKey key, Instant now) {
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO host_sealing_keys AS k (host_id, statement, signature, received_at)
            SELECT id, :statement, :signature, :now FROM hosts
            WHERE id = :host AND removed_at IS NULL
            ON CONFLICT (host_id) DO UPDATE SET statement = EXCLUDED.statement,
              signature = EXCLUDED.signature, received_at = EXCLUDED.received_at
            WHERE k.signature <> EXCLUDED.signature
            """)
        .bind("host", hostId)
        .bind("statement", key.statement())
        .bind("signature", key.signature())
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .execute();
  }

  /** Those of these hosts that sent one. */
  Map<UUID, SignedSealingKey> find(Transaction transaction, Collection<UUID> hostIds) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT host_id, statement, signature FROM host_sealing_keys
            WHERE host_id = ANY (:ids::uuid[])
            """)
        .bind("ids", hostIds.toArray(UUID[]::new))
        .reduceRows(
            new HashMap<UUID, SignedSealingKey>(),
            (map, row) -> {
              map.put(
                  row.getColumn("host_id", UUID.class),
                  new SignedSealingKey(
                      row.getColumn("statement", byte[].class),
                      row.getColumn("signature", byte[].class)));
              return map;
            });
  }
}
