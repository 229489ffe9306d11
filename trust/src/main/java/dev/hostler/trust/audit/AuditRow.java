package dev.hostler.trust.audit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/**
 * What a row of the audit log says: everything that its hash covers.
 *
 * @param sequence position in the log, from 1, without gaps
 * @param at when; whole microseconds
 * @param actor who: "operator:NAME", "host:ID", "system" or "unknown"
 * @param verb what was done or tried, for example "job.submit"
 * @param subject to what, for example "job:ID"
 * @param details JSON object, as written
 */
public record AuditRow(
    long sequence, Instant at, String actor, String verb, String subject, String details) {
  /** What the first row's hash follows: 32 zero bytes, in hex. */
  public static final String START = "00".repeat(32);

  /**
   * SHA-256 over the hash before, the sequence number (8 bytes, big-endian) and, each after its
   * length in bytes (4 bytes, big-endian), time (ISO 8601), actor, verb, subject and details in
   * UTF-8.
   *
   * @param previous hash of the row before, in hex
   * @return in lower-case hex
   */
  public String hash(String previous) {
    return hash(previous, sequence);
  }

  /** As it would be if the row stood at another place. */
  String hash(String previous, long place) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(HexFormat.of().parseHex(previous));
      out.writeLong(place);
      for (String text : List.of(at.toString(), actor, verb, subject, details)) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
      }
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
