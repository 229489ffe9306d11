package dev.hostler.trust.audit;

import dev.hostler.common.signing.ChainValidator;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where an audit log stood at some moment, to be signed and kept where the log's owner cannot
 * change it: what is cut off or written anew later shows.
 *
 * @param sequence number of the last row
 * @param hash its hash, 64 lower-case hex digits
 * @param at when it was made, whole seconds
 */
public record AuditCheckpoint(long sequence, String hash, Instant at) {
  /** The format's name and version. */
  public static final String FORMAT = "hostler.audit-checkpoint/1";

  public AuditCheckpoint {
    at = at.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Canonical JSON (RFC 8785): what is signed. */
  public byte[] canonicalJson() {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.put("format", FORMAT);
    root.put("sequence", sequence);
    root.put("hash", hash);
    root.put("at", at.toString());
    return Json.canonical(root);
  }

  /**
   * Signs it.
   *
   * @param keys an operator's
   * @return detached CMS over {@link #canonicalJson}, DER
   * @throws SigningException if the key is not accepted
   */
  public byte[] sign(SigningKeys keys) throws SigningException {
    return DetachedCms.sign(canonicalJson(), keys.key(), keys.chain(), at);
  }

  /**
   * Reads a checkpoint that an operator signed. The certificate must have been valid when it was
   * made, not now: operators' certificates live for hours, checkpoints for years.
   *
   * @param statement canonical JSON
   * @param signature detached CMS over it
   * @param roots to which the operator's certificate must chain
   * @throws CheckpointException why it cannot be relied on
   */
  public static AuditCheckpoint verify(
      byte[] statement, byte[] signature, List<X509Certificate> roots) throws CheckpointException {
    AuditCheckpoint checkpoint = read(statement);
    try {
      DetachedCms.Signer signer = DetachedCms.verify(statement, signature);
      new ChainValidator(roots, KeyPurpose.OPERATOR.oid(), RevocationPolicy.none())
          .validate(signer.chain(), checkpoint.at());
    } catch (SigningException e) {
      throw new CheckpointException("its signature does not verify: " + e.getMessage(), e);
    }
    return checkpoint;
  }

  private static AuditCheckpoint read(byte[] statement) throws CheckpointException {
    Problems problems = new Problems();
    try {
      JsonNode root = Json.parse(statement);
      JsonFields fields = new JsonFields(root, "", problems);
      String format = fields.string("format");
      long sequence = fields.integer("sequence");
      String hash = fields.string("hash");
      String at = fields.string("at");
      fields.noOthers();
      if (!format.equals(FORMAT)) {
        problems.add("format", "is " + Problems.show(format), "this reads " + FORMAT);
      }
      if (!hash.matches("[0-9a-f]{64}")) {
        problems.add("hash", "is " + Problems.show(hash), "64 hex digits were expected");
      }
      if (problems.isEmpty()) {
        AuditCheckpoint checkpoint = new AuditCheckpoint(sequence, hash, Instant.parse(at));
        if (Arrays.equals(checkpoint.canonicalJson(), statement)) {
          return checkpoint;
        }
        problems.add(".", "is not in canonical form", "give the file as it was written");
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new CheckpointException("it is not a checkpoint: " + e.getMessage(), e);
    }
    throw new CheckpointException(
        "it is not a checkpoint: "
            + problems.list().stream().map(Problem::toString).collect(Collectors.joining("; ")));
  }
}
