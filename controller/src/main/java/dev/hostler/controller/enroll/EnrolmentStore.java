package dev.hostler.controller.enroll;

import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.enroll.EnrolmentRequest.State;
import dev.hostler.controller.host.HostFacts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of requests to join. Thread-safe. */
public final class EnrolmentStore {
  private static final JsonMapper JSON = JsonMapper.shared();

  void insert(Transaction transaction, EnrolmentRequest request) {
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO enrolments (id, token_id, host_name, key_fingerprint, address, facts, state,
              requested_at, last_asked_at)
            VALUES (:id, :token, :name, decode(:key, 'hex'), :address, :facts::jsonb, 'pending',
              :at, :at)
            """)
        .bind("id", request.id())
        .bind("token", request.tokenId())
        .bind("name", request.hostName())
        .bind("key", request.keyFingerprint())
        .bind("address", request.address())
        .bind("facts", JSON.writeValueAsString(request.facts()))
        .bind("at", utc(request.requestedAt()))
        .execute();
  }

  Optional<EnrolmentRequest> find(
      Transaction transaction, String tokenId, String hostName, String keyFingerprint) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT * FROM enrolments WHERE token_id = :token AND host_name = :name
              AND key_fingerprint = decode(:key, 'hex') FOR UPDATE
            """)
        .bind("token", tokenId)
        .bind("name", hostName)
        .bind("key", keyFingerprint)
        .map((row, _) -> request(row))
        .findOne();
  }

  void asked(Transaction transaction, UUID id, String address, Instant at) {
    transaction
        .handle()
        .createUpdate(
            "UPDATE enrolments SET last_asked_at = :at, address = :address WHERE id = :id")
        .bind("at", utc(at))
        .bind("address", address)
        .bind("id", id)
        .execute();
  }

  /** How many with a token may still join. */
  int open(Transaction transaction, String tokenId) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT count(*) FROM enrolments
            WHERE token_id = :token AND state IN ('pending', 'approved')
            """)
        .bind("token", tokenId)
        .mapTo(Integer.class)
        .one();
  }

  /** By id, or the pending ones by host name; locked until the transaction ends. */
  List<EnrolmentRequest> lock(Transaction transaction, @Nullable UUID id, String hostName) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT * FROM enrolments
            WHERE id = :id OR (state = 'pending' AND host_name = :name) ORDER BY id FOR UPDATE
            """)
        .bind("id", id)
        .bind("name", hostName)
        .map((row, _) -> request(row))
        .list();
  }

  void decide(Transaction transaction, UUID id, State state, @Nullable String by) {
    transaction
        .handle()
        .createUpdate(
            """
            UPDATE enrolments SET state = :state, decided_by = coalesce(:by, decided_by)
            WHERE id = :id
            """)
        .bind("state", state.text())
        .bind("by", by)
        .bind("id", id)
        .execute();
  }

  /**
   * Oldest first.
   *
   * @param all also those that were decided
   * @param after id of the one before the first; null: from the oldest
   */
  List<EnrolmentRequest> list(
      Transaction transaction, boolean all, @Nullable UUID after, int limit) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT * FROM enrolments WHERE (:all OR state = 'pending')
              AND (CAST(:after AS uuid) IS NULL OR id > :after)
            ORDER BY id LIMIT :limit
            """)
        .bind("all", all)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, _) -> request(row))
        .list();
  }

  private static EnrolmentRequest request(ResultSet row) throws SQLException {
    return new EnrolmentRequest(
        row.getObject("id", UUID.class),
        row.getString("token_id"),
        row.getString("host_name"),
        HexFormat.of().formatHex(row.getBytes("key_fingerprint")),
        row.getString("address"),
        JSON.readValue(row.getString("facts"), HostFacts.class),
        State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getObject("requested_at", OffsetDateTime.class).toInstant(),
        row.getObject("last_asked_at", OffsetDateTime.class).toInstant(),
        row.getString("decided_by"));
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
