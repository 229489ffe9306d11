package dev.hostler.trust.secret;

import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.secret.SecretException.Reason;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import tools.jackson.databind.JsonNode;

/**
 * What secret parameters are sealed to for one host: a P-256 key that does nothing else, made on
 * the host, which outlives its certificates. As a statement: {@code
 * {"format":"hostler.sealing-key/1","host":ID,"key":SubjectPublicKeyInfo in base64url}}.
 *
 * @param hostId whose it is said to be
 * @param key P-256
 */
public record SealingKey(String hostId, PublicKey key) {
  /** The format that this program writes and reads. */
  public static final String FORMAT = "hostler.sealing-key/1";

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  /** SHA-256 of its SubjectPublicKeyInfo in DER, 64 lower-case hex digits. */
  public String fingerprint() {
    return fingerprint(key);
  }

  /** As {@link #fingerprint()}, of any key. */
  public static String fingerprint(PublicKey key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  byte[] canonicalJson() {
    return Json.canonical(
        Json.MAPPER
            .createObjectNode()
            .put("format", FORMAT)
            .put("host", hostId)
            .put("key", BASE64.encodeToString(key.getEncoded())));
  }

  static SealingKey read(byte[] json) throws SecretException {
    JsonNode root;
    try {
      root = Json.parse(json);
    } catch (IllegalArgumentException e) {
      throw malformed("it is not JSON: " + e.getMessage());
    }
    Problems problems = new Problems();
    JsonFields fields = new JsonFields(root, "", problems);
    String format = fields.string("format");
    if (problems.isEmpty() && !format.equals(FORMAT)) {
      throw malformed("its format is " + Problems.show(format) + "; this program reads " + FORMAT);
    }
    String host = fields.string("host");
    String key = fields.string("key");
    fields.noOthers();
    if (!problems.isEmpty()) {
      throw malformed(
          problems.list().stream().map(Problem::toString).collect(Collectors.joining("; ")));
    }
    SealingKey read = new SealingKey(host, key(key, host));
    if (!Arrays.equals(read.canonicalJson(), json)) {
      throw malformed("it is not in its canonical form (RFC 8785)");
    }
    return read;
  }

  private static SecretException malformed(String why) {
    return new SecretException(Reason.MALFORMED, "a sealing key cannot be read: " + why);
  }

  private static PublicKey key(String base64, String host) throws SecretException {
    try {
      byte[] der = Base64.getUrlDecoder().decode(base64);
      PublicKeyFactory.createKey(der); // also looks whether the point is on the curve
      PublicKey key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
      WrappedKey.requireP256(key, host);
      return key;
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      throw new SecretException(
          Reason.UNUSABLE_KEY, "the sealing key of host " + host + " is no P-256 key", e);
    }
  }
}
