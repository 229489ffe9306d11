package dev.hostler.cli.preview;

import dev.hostler.trust.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What an action would change on a host, as the host wrote it: a JSON object a line.
 *
 * @param digest SHA-256 of the bytes, in hex: by it an operator says what was seen
 * @param changes those that the host listed
 * @param more how many it only counted
 * @param unforeseen what the preview could not show, in words
 * @param exitCode of the program; negative: it was ended by something else
 * @param complete was it read to its end?
 */
public record ChangeList(
    String digest,
    List<JsonNode> changes,
    int more,
    List<String> unforeseen,
    int exitCode,
    boolean complete) {

  /** Copies the lists. */
  public ChangeList {
    changes = List.copyOf(changes);
    unforeseen = List.copyOf(unforeseen);
  }

  /** Reads what a host sent; what is not of the form makes it incomplete. */
  public static ChangeList read(byte[] bytes) {
    List<JsonNode> changes = new ArrayList<>();
    List<String> unforeseen = new ArrayList<>();
    int more = 0;
    int exitCode = -1;
    boolean complete = false;
    try {
      for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
        if (line.isEmpty()) {
          continue;
        }
        JsonNode node = Json.parse(line.getBytes(StandardCharsets.UTF_8));
        switch (text(node, "type")) {
          case "change" -> changes.add(node);
          case "more" -> more = number(node, "changes");
          case "unforeseen" -> unforeseen.add(text(node, "text"));
          case "end" -> {
            exitCode = number(node, "exit_code");
            complete = number(node, "changes") == changes.size() + more;
          }
          default -> {
            // From a newer host: not for us.
          }
        }
      }
    } catch (IllegalArgumentException _) {
      complete = false;
    }
    return new ChangeList(digest(bytes), changes, more, unforeseen, exitCode, complete);
  }

  /** How many paths would be changed. */
  public int count() {
    return changes.size() + more;
  }

  /** May it be applied? */
  public boolean applicable() {
    return complete && exitCode == 0 && count() > 0;
  }

  static String text(JsonNode node, String key) {
    JsonNode found = node.get(key);
    return found == null || !found.isString() ? "" : found.asString();
  }

  static int number(JsonNode node, String key) {
    JsonNode found = node.get(key);
    return found == null || !found.isNumber() ? 0 : found.asInt();
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
