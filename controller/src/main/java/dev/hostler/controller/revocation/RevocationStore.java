package dev.hostler.controller.revocation;

import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.revocation.Revocation.Kind;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.mapper.RowMapper;

/** The SQL of {@code revocations}. Thread-safe. */
final class RevocationStore {
  private static final RowMapper<Revocation> REVOCATION =
      (row, _) ->
          new Revocation(
              Kind.of(row.getInt("kind")),
              row.getString("value"),
              row.getString("reason"),
              row.getObject("revoked_at", OffsetDateTime.class).toInstant(),
              row.getString("revoked_by"));

  /**
   * Adds one.
   *
   * @return false if it is there already
   */
  boolean insert(Transaction transaction, Revocation one) {
    return transaction
            .handle()
            .createUpdate(
                """
                INSERT INTO revocations VALUES (:kind, :value, :reason, :at, :by)
                ON CONFLICT DO NOTHING
                """)
            .bind("kind", one.kind().code())
            .bind("value", one.value())
            .bind("reason", one.reason())
            .bind("at", one.at().atOffset(ZoneOffset.UTC))
            .bind("by", one.by())
            .execute()
        == 1;
  }

  Optional<Revocation> find(Transaction transaction, Kind kind, String value) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM revocations WHERE kind = :kind AND value = :value")
        .bind("kind", kind.code())
        .bind("value", value)
        .map(REVOCATION)
        .findOne();
  }

  /** Newest first. */
  List<Revocation> all(Transaction transaction) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM revocations ORDER BY revoked_at DESC, kind, value")
        .map(REVOCATION)
        .list();
  }

  void delete(Transaction transaction, Kind kind, String value) {
    transaction
        .handle()
        .createUpdate("DELETE FROM revocations WHERE kind = :kind AND value = :value")
        .bind("kind", kind.code())
        .bind("value", value)
        .execute();
  }

  /** Tells all controllers, when the transaction commits. */
  void tell(Transaction transaction, String channel) {
    transaction
        .handle()
        .createQuery("SELECT pg_notify(:channel, 'changed')::text")
        .bind("channel", channel)
        .mapTo(String.class)
        .one();
  }
}
