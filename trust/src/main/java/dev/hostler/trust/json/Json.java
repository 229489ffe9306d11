package dev.hostler.trust.json;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.erdtman.jcs.JsonCanonicalizer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Strict JSON: UTF-8, no duplicate keys, bounded depth, one value; and its canonical form. */
public final class Json {
  /** Deeper nesting has no use here, and recursion over it would cost stack. */
  private static final int MAX_DEPTH = 48;

  /** Reads and writes; strict. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /**
   * Parses one value.
   *
   * @throws IllegalArgumentException saying what is wrong and where
   */
  public static JsonNode parse(byte[] utf8) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      return MAPPER.readTree(text);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("not UTF-8", e);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(e.getOriginalMessage() + at(e), e);
    }
  }

  private static String at(JacksonException e) {
    return e.getLocation() == null
        ? ""
        : " (line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ")";
  }

  /** The canonical form (RFC 8785). */
  public static byte[] canonical(JsonNode node) {
    try {
      return new JsonCanonicalizer(node.toString()).getEncodedUTF8();
    } catch (IOException e) {
      throw new IllegalArgumentException("no canonical form: " + e.getMessage(), e);
    }
  }

  /** The canonical form as text. */
  public static String canonicalText(JsonNode node) {
    return new String(canonical(node), StandardCharsets.UTF_8);
  }
}
