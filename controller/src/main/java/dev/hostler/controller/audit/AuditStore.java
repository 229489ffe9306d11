package dev.hostler.controller.audit;

import dev.hostler.controller.db.Transaction;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
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
              row.getString("details"));

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
    AuditEntry entry = new AuditEntry(head.sequence + 1, at, actor, verb, subject, json);
    String hash = hash(head.hash, entry);
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
  public List<AuditEntry> list(Transaction transaction, OptionalLong before, int limit) {
    return transaction
        .handle()
        .createQuery(
            "SELECT * FROM audit_log WHERE sequence < :before ORDER BY sequence DESC LIMIT :limit")
        .bind("before", before.orElse(Long.MAX_VALUE))
        .bind("limit", limit)
        .map(ENTRY)
        .list();
  }

  /**
   * Recomputes the chain from the first row on.
   *
   * @return the sequence number of the first row that does not fit; empty when all do
   */
  public OptionalLong firstBroken(Transaction transaction) {
    String previous = "00".repeat(32);
    long expected = 1;
    try (var rows =
        transaction
            .handle()
            .createQuery("SELECT * FROM audit_log ORDER BY sequence")
            .setFetchSize(1000)
            .map((row, context) ->
                new Chained(
                    ENTRY.map(row, context),
                    HEX.formatHex(row.getBytes("prev_hash")),
                    HEX.formatHex(row.getBytes("hash"))))
            .iterator()) {
      while (rows.hasNext()) {
        Chained row = rows.next();
        if (row.entry.sequence() != expected
            || !row.previous.equals(previous)
            || !row.hash.equals(hash(previous, row.entry))) {
          return OptionalLong.of(expected);
        }
        previous = row.hash;
        expected++;
      }
    }
    Head head = head(transaction, "");
    boolean whole = head.sequence == expected - 1 && head.hash.equals(previous);
    return whole ? OptionalLong.empty() : OptionalLong.of(expected);
  }

  private static Head head(Transaction transaction, String lock) {
    return transaction
        .handle()
        .createQuery("SELECT sequence, hash FROM audit_head " + lock)
        .map((row, _) -> new Head(row.getLong("sequence"), HEX.formatHex(row.getBytes("hash"))))
        .one();
  }

  private static String hash(String previous, AuditEntry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(HEX.parseHex(previous));
      out.writeLong(entry.sequence());
      for (String text :
          List.of(
              entry.at().toString(),
              entry.actor().text(),
              entry.verb(),
              entry.subject(),
              entry.details())) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
      }
      return HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private record Head(long sequence, String hash) {}

  private record Chained(AuditEntry entry, String previous, String hash) {}
}
