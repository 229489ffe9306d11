package dev.hostler.controller.host;

import dev.hostler.controller.db.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of hosts. Thread-safe. */
public final class HostStore {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};

  /** Rows of hosts that were not removed, with their effective labels. */
  private static final String SELECT = select("");

  /** {@link #SELECT} with more columns. */
  static String select(String columns) {
    return """
    SELECT h.*, (
        SELECT coalesce(jsonb_object_agg(l.key, l.value), '{}') FROM (
            SELECT DISTINCT ON (key) key, value FROM host_labels WHERE host_id = h.id
            ORDER BY key, array_position(ARRAY['operator', 'agent', 'token'], origin)) l
        WHERE l.value IS NOT NULL) AS labels %s
    FROM hosts h WHERE h.removed_at IS NULL
    """
        .formatted(columns);
  }

  /** A host by id. */
  public Optional<Host> find(Transaction transaction, UUID id) {
    return transaction
        .handle()
        .createQuery(SELECT + " AND h.id = :id")
        .bind("id", id)
        .map((row, _) -> host(row))
        .findOne();
  }

  /** A host by name. */
  public Optional<Host> findByName(Transaction transaction, String name) {
    return transaction
        .handle()
        .createQuery(SELECT + " AND h.name = :name")
        .bind("name", name)
        .map((row, _) -> host(row))
        .findOne();
  }

  /**
   * Hosts by name.
   *
   * @param after only names greater than this; "" for all
   */
  public List<Host> page(Transaction transaction, String after, int limit) {
    return transaction
        .handle()
        .createQuery(
            SELECT
                + " AND h.name COLLATE \"C\" > :after ORDER BY h.name COLLATE \"C\" LIMIT :limit")
        .bind("after", after)
        .bind("limit", limit)
        .map((row, _) -> host(row))
        .list();
  }

  /** Hosts that reported to hold a bundle, by name. */
  List<Host> holding(Transaction transaction, String digest) {
    return transaction
        .handle()
        .createQuery(
            SELECT
                + " AND h.facts -> 'heldBundles' @> to_jsonb(:digest::text)"
                + " ORDER BY h.name COLLATE \"C\"")
        .bind("digest", digest)
        .map((row, _) -> host(row))
        .list();
  }

  /** All hosts, by name. */
  public List<Host> all(Transaction transaction) {
    return page(transaction, "", Integer.MAX_VALUE);
  }

  /**
   * Those of {@code ids} that were not removed, kept from being removed until the transaction ends:
   * what is written for them cannot miss their removal.
   */
  public Set<UUID> lockPresent(Transaction transaction, Collection<UUID> ids) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT id FROM hosts WHERE id = ANY (:ids) AND removed_at IS NULL
            ORDER BY id FOR KEY SHARE
            """)
        .bindArray("ids", UUID.class, ids)
        .mapTo(UUID.class)
        .set();
  }

  /**
   * Adds a host.
   *
   * @return false if the name is taken
   */
  public boolean insert(Transaction transaction, NewHost host) {
    return transaction
            .handle()
            .createUpdate(
                """
                INSERT INTO hosts (id, name, enrolled_at, token_id, key_fingerprint,
                  certificate_serial, certificate_fingerprint, certificate_expires_at,
                  certificate_ca, facts)
                VALUES (:id, :name, :at, :token, decode(:key, 'hex'), :serial,
                  decode(:fingerprint, 'hex'), :expires, decode(:ca, 'hex'), :facts::jsonb)
                ON CONFLICT (name COLLATE "C") WHERE removed_at IS NULL DO NOTHING
                """)
            .bind("id", host.id())
            .bind("name", host.name())
            .bind("at", utc(host.at()))
            .bind("token", host.tokenId())
            .bind("key", host.certificate().keyFingerprint())
            .bind("serial", host.certificate().serial())
            .bind("fingerprint", host.certificate().fingerprint())
            .bind("expires", utc(host.certificate().expiresAt()))
            .bind("ca", host.certificate().ca().orElse(null))
            .bind("facts", JSON.writeValueAsString(host.facts()))
            .execute()
        == 1;
  }

  /** The host that joined by this name with this token and key. */
  Optional<UUID> findJoined(Transaction transaction, String name, String tokenId, String key) {
    return transaction
        .handle()
        .createQuery(
            """
            SELECT id FROM hosts WHERE name = :name AND token_id = :token
              AND key_fingerprint = decode(:key, 'hex') AND removed_at IS NULL
            """)
        .bind("name", name)
        .bind("token", tokenId)
        .bind("key", key)
        .mapTo(UUID.class)
        .findOne();
  }

  /** Records signs of life. In order of id, so that two controllers do not wait for each other. */
  public void seen(Transaction transaction, Collection<UUID> ids, Instant at) {
    transaction
        .handle()
        .createUpdate(
            """
            UPDATE hosts SET last_seen_at = :at WHERE id IN
              (SELECT id FROM hosts WHERE id = ANY (:ids) ORDER BY id FOR NO KEY UPDATE)
            """)
        .bind("at", utc(at))
        .bindArray("ids", UUID.class, ids)
        .execute();
  }

  /** Replaces the facts. */
  public void setFacts(Transaction transaction, UUID id, HostFacts facts) {
    transaction
        .handle()
        .createUpdate("UPDATE hosts SET facts = :facts::jsonb WHERE id = :id")
        .bind("facts", JSON.writeValueAsString(facts))
        .bind("id", id)
        .execute();
  }

  /** Tells all controllers of a host, when the transaction commits. */
  void tell(Transaction transaction, String channel, UUID id) {
    transaction
        .handle()
        .createQuery("SELECT pg_notify(:channel, :id)::text")
        .bind("channel", channel)
        .bind("id", id.toString())
        .mapTo(String.class)
        .one();
  }

  /** Marks a host as removed; waits for those who hold it by {@link #lockPresent}. */
  boolean remove(Transaction transaction, UUID id, Instant at) {
    transaction
        .handle()
        .createQuery("SELECT id FROM hosts WHERE id = :id FOR UPDATE")
        .bind("id", id)
        .mapTo(UUID.class)
        .findOne();
    return transaction
            .handle()
            .createUpdate("UPDATE hosts SET removed_at = :at WHERE id = :id AND removed_at IS NULL")
            .bind("at", utc(at))
            .bind("id", id)
            .execute()
        == 1;
  }

  static Host host(ResultSet row) throws SQLException {
    OffsetDateTime seen = row.getObject("last_seen_at", OffsetDateTime.class);
    return new Host(
        row.getObject("id", UUID.class),
        row.getString("name"),
        row.getObject("enrolled_at", OffsetDateTime.class).toInstant(),
        seen == null ? null : seen.toInstant(),
        JSON.readValue(row.getString("labels"), LABELS),
        JSON.readValue(row.getString("facts"), HostFacts.class));
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
