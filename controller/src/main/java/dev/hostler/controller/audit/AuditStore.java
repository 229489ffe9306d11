package dev.hostler.controller.audit;

import dev.hostler.controller.db.Transaction;
import dev.hostler.trust.audit.AuditRow;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jdbi.v3.core.mapper.RowMapper;
import tools.jackson.databind.json.JsonMapper;

/** The audit log's SQL. Thread-safe. */
public final class AuditStore {
  private static final HexFormat HEX = HexFormat.of();
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final RowMapper<AuditEntry> ENTRY =
      (row, _) ->
          new AuditEntry(
              row.getLong("sequence"),
              row.getObject("at", java.time.OffsetDateTime.class).toInstant(),
              new Actor(row.getString("actor")),
              row.getString("verb"),
              row.getString("subject"),
              row.getString("details"),
              row.getString("result"),
              HEX.formatHex(row.getBytes("prev_hash")),
              HEX.formatHex(row.getBytes("hash")));

  /** By or to a host; or a job for it. */
  private static final String HOST =
      """
      (subject = :host OR actor = :host
        OR CASE WHEN subject ~ '^job:[0-9a-f-]{36}$'
          THEN EXISTS (SELECT FROM job_hosts
            WHERE job_id = substring(subject FROM 5)::uuid AND host_id = :host_id)
          ELSE false END)
      """;

  private final InstantSource clock;

  /** Rows get the time of {@code clock}. */
  public AuditStore(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Appends a row in the transaction of the change it tells of. Holds the log's end until the
   * commit, so call it last.
   *
   * @param verb noun and verb, for example "job.submit"
   * @param subject kind and id, for example "job:ID"
   * @param details what else is worth knowing; never a secret. Values are JSON-able (strings,
   *     numbers, booleans, lists, maps)
   */
  public void append(
      Transaction transaction, Actor actor, String verb, String subject, Map<String, ?> details) {
    Instant at = clock.instant().truncatedTo(ChronoUnit.MICROS);
    String json = JSON.writeValueAsString(new TreeMap<>(details));
    Head head = head(transaction, "FOR UPDATE");
    AuditRow entry = new AuditRow(head.sequence + 1, at, actor.text(), verb, subject, json);
    String hash = entry.hash(head.hash);
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO audit_log (sequence, at, actor, verb, subject, details, prev_hash, hash)
            VALUES (:sequence, :at, :actor, :verb, :subject, :details, decode(:prev, 'hex'), decode(:hash, 'hex'))
            """)
        .bind("sequence", entry.sequence())
        .bind("at", at.atOffset(ZoneOffset.UTC))
        .bind("actor", actor.text())
        .bind("verb", verb)
        .bind("subject", subject)
        .bind("details", json)
        .bind("prev", head.hash)
        .bind("hash", hash)
        .execute();
    transaction
        .handle()
        .createUpdate("UPDATE audit_head SET sequence = :sequence, hash = decode(:hash, 'hex')")
        .bind("sequence", entry.sequence())
        .bind("hash", hash)
        .execute();
  }

  /**
   * Rows, newest first.
   *
   * @param before only rows with a smaller sequence number; empty: from the newest
   * @param limit at most so many
   */
  public List<AuditEntry> list(
      Transaction transaction, AuditFilter filter, OptionalLong before, int limit) {
    return rows(
        transaction,
        filter,
        "sequence < :key ORDER BY sequence DESC LIMIT :limit",
        before.orElse(Long.MAX_VALUE),
        limit);
  }

  /** {@link #list(Transaction, AuditFilter, OptionalLong, int)} of all rows. */
  public List<AuditEntry> list(Transaction transaction, OptionalLong before, int limit) {
    return list(transaction, AuditFilter.ALL, before, limit);
  }

  /**
   * Rows, oldest first.
   *
   * @param after only rows with a greater sequence number
   * @param limit at most so many
   */
  public List<AuditEntry> after(
      Transaction transaction, AuditFilter filter, long after, int limit) {
    return rows(
        transaction, filter, "sequence > :key ORDER BY sequence LIMIT :limit", after, limit);
  }

  private static List<AuditEntry> rows(
      Transaction transaction, AuditFilter filter, String order, long key, int limit) {
    List<String> where = new ArrayList<>();
    Map<String, Object> values = new HashMap<>();
    filter
        .since()
        .ifPresent(since -> {
          where.add("at >= :since");
          values.put("since", since.atOffset(ZoneOffset.UTC));
        });
    filter
        .until()
        .ifPresent(until -> {
          where.add("at < :until");
          values.put("until", until.atOffset(ZoneOffset.UTC));
        });
    filter
        .actor()
        .ifPresent(actor -> {
          where.add("actor = :actor");
          values.put("actor", actor.text());
        });
    filter
        .host()
        .ifPresent(host -> {
          where.add(HOST);
          values.put("host", "host:" + host);
          values.put("host_id", host);
        });
    filter
        .verb()
        .ifPresent(verb -> {
          where.add("verb LIKE :verb");
          values.put(
              "verb",
              verb.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%").replace('*', '%'));
        });
    filter
        .result()
        .ifPresent(result -> {
          where.add("result = :result");
          values.put("result", result);
        });
    where.add(order);
    return transaction
        .handle()
        .createQuery("SELECT * FROM audit_log WHERE " + String.join(" AND ", where))
        .bindMap(values)
        .bind("key", key)
        .bind("limit", limit)
        .map(ENTRY)
        .list();
  }

  /** The log's end. */
  public Head head(Transaction transaction) {
    return head(transaction, "");
  }

  private static Head head(Transaction transaction, String lock) {
    return transaction
        .handle()
        .createQuery("SELECT sequence, hash FROM audit_head " + lock)
        .map((row, _) -> new Head(row.getLong("sequence"), HEX.formatHex(row.getBytes("hash"))))
        .one();
  }

  /**
   * The end of the log.
   *
   * @param sequence number of the last row; 0 if there is none
   * @param hash of that row, in hex
   */
  public record Head(long sequence, String hash) {}
}
