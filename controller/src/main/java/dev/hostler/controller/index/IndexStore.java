package dev.hostler.controller.index;

import dev.hostler.controller.db.Transaction;
import dev.hostler.trust.index.IndexException;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.index.TrustIndex;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** The SQL of {@code indexes}. Thread-safe. */
final class IndexStore {
  /** How many old ones are kept, for people. */
  private static final int KEPT = 1000;

  /** The one with the highest number. */
  Optional<StoredIndex> newest(Transaction transaction) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM indexes ORDER BY number DESC LIMIT 1")
        .map((row, _) -> index(row))
        .findOne();
  }

  /** One index at a time is pushed; waits for others. */
  void lock(Transaction transaction) {
    transaction.handle().execute("LOCK TABLE indexes IN SHARE ROW EXCLUSIVE MODE");
  }

  void insert(Transaction transaction, StoredIndex one) {
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO indexes VALUES
              (:number, :statement, :signature, :signer, :expires, :pushed, :by)
            """)
        .bind("number", one.index().number())
        .bind("statement", one.signed().statement())
        .bind("signature", one.signed().signature())
        .bind("signer", one.signer())
        .bind("expires", one.index().expires().atOffset(ZoneOffset.UTC))
        .bind("pushed", one.pushedAt().atOffset(ZoneOffset.UTC))
        .bind("by", one.pushedBy())
        .execute();
    transaction
        .handle()
        .createUpdate(
            """
            DELETE FROM indexes WHERE number <
              (SELECT min(number) FROM (SELECT number FROM indexes ORDER BY number DESC LIMIT :kept) newest)
            """)
        .bind("kept", KEPT)
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

  private static StoredIndex index(ResultSet row) throws SQLException {
    try {
      byte[] statement = row.getBytes("statement");
      return new StoredIndex(
          TrustIndex.read(statement),
          new SignedIndex(statement, row.getBytes("signature")),
          row.getString("signer"),
          row.getObject("pushed_at", OffsetDateTime.class).toInstant(),
          row.getString("pushed_by"));
    } catch (IndexException e) {
      throw new IllegalStateException("the stored index " + row.getLong("number") + " is bad", e);
    }
  }
}
