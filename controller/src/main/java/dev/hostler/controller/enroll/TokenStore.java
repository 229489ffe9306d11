package dev.hostler.controller.enroll;

import dev.hostler.common.config.AddressRange;
import dev.hostler.controller.db.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of join tokens. Thread-safe. */
public final class TokenStore {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};

  void insert(Transaction transaction, JoinToken token, String secretHash) {
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO tokens (id, secret_hash, uses, labels, created_at, created_by, expires_at,
              address_range, key_fingerprint, approve)
            VALUES (:id, decode(:hash, 'hex'), :uses, :labels::jsonb, :created, :by, :expires,
              :range, decode(:key, 'hex'), :approve)
            """)
        .bind("id", token.id())
        .bind("hash", secretHash)
        .bind("uses", token.uses())
        .bind("labels", JSON.writeValueAsString(token.labels()))
        .bind("created", utc(token.createdAt()))
        .bind("by", token.createdBy())
        .bind("expires", utc(token.expiresAt()))
        .bind("range", token.binding().range().map(AddressRange::toString).orElse(null))
        .bind("key", token.binding().keyFingerprint().orElse(null))
        .bind("approve", token.binding().approve())
        .execute();
  }

  /** A token by id and secret, locked until the transaction ends. */
  Optional<JoinToken> lock(Transaction transaction, String id, String secretHash) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT * FROM tokens WHERE id = :id AND secret_hash = decode(:hash, 'hex') FOR UPDATE
            """)
        .bind("id", id)
        .bind("hash", secretHash)
        .map((row, _) -> token(row))
        .findOne();
  }

  Optional<JoinToken> find(Transaction transaction, String id) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM tokens WHERE id = :id")
        .bind("id", id)
        .map((row, _) -> token(row))
        .findOne();
  }

  /** Tokens, newest first, after the one with id {@code after}. */
  List<JoinToken> list(Transaction transaction, @Nullable String after, int limit) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT * FROM tokens
            WHERE CAST(:after AS text) IS NULL OR (created_at, id) <
              (SELECT created_at, id FROM tokens WHERE id = :after)
            ORDER BY created_at DESC, id DESC LIMIT :limit
            """)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, _) -> token(row))
        .list();
  }

  void use(Transaction transaction, String id) {
    transaction
        .handle()
        .createUpdate("UPDATE tokens SET used = used + 1 WHERE id = :id")
        .bind("id", id)
        .execute();
  }

  /** Revokes a token unless it is revoked. */
  boolean revoke(Transaction transaction, String id, Instant at) {
    return transaction
            .handle()
            .createUpdate(
                "UPDATE tokens SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")
            .bind("at", utc(at))
            .bind("id", id)
            .execute()
        == 1;
  }

  private static JoinToken token(ResultSet row) throws SQLException {
    OffsetDateTime revoked = row.getObject("revoked_at", OffsetDateTime.class);
    return new JoinToken(
        row.getString("id"),
        row.getInt("uses"),
        row.getInt("used"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getString("created_by"),
        row.getObject("expires_at", OffsetDateTime.class).toInstant(),
        revoked == null ? null : revoked.toInstant(),
        JSON.readValue(row.getString("labels"), LABELS),
        new TokenBinding(
            Optional.ofNullable(row.getString("address_range")).map(AddressRange::parse),
            Optional.ofNullable(row.getBytes("key_fingerprint")).map(HexFormat.of()::formatHex),
            row.getBoolean("approve")));
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
