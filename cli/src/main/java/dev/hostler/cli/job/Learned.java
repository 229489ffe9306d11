package dev.hostler.cli.job;

import dev.hostler.trust.json.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * What a host recorded of a run.
 *
 * @param calls system calls by name, and how often
 * @param made paths that were made, removed or renamed
 * @param written paths whose content, mode, owner or times were changed
 * @param peers addresses that were connected or sent to
 * @param listens addresses that were bound
 * @param capabilities that were used
 * @param more what there was more of than a host keeps
 */
record Learned(
    SortedMap<String, Long> calls,
    List<String> made,
    List<String> written,
    List<String> peers,
    List<String> listens,
    List<String> capabilities,
    List<String> more) {

  /**
   * Reads the JSON of a result.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Learned read(String json) {
    JsonNode root = Json.parse(json.getBytes(StandardCharsets.UTF_8));
    SortedMap<String, Long> calls = new TreeMap<>();
    for (Map.Entry<String, JsonNode> call : root.path("calls").properties()) {
      calls.put(call.getKey(), call.getValue().asLong(0));
    }
    return new Learned(
        calls,
        list(root, "made"),
        list(root, "written"),
        list(root, "peers"),
        list(root, "listens"),
        list(root, "capabilities"),
        list(root, "more"));
  }

  private static List<String> list(JsonNode root, String key) {
    List<String> values = new ArrayList<>();
    for (JsonNode value : root.path(key)) {
      values.add(URLDecoder.decode(value.asString("").replace("+", "%2B"), StandardCharsets.UTF_8));
    }
    return values.stream().sorted().toList();
  }
}
