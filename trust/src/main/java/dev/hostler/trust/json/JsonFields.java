package dev.hostler.trust.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the members of one JSON object, reports what is missing, of another type or unknown, and
 * goes on. What could not be read has a harmless stand-in; the caller gives up if anything was
 * reported.
 */
public final class JsonFields {
  /** Largest integer that JSON readers agree on (RFC 8785 section 3.2.2.3). */
  public static final long MAX_INTEGER = (1L << 53) - 1;

  private final JsonNode node;
  private final String path;
  private final Problems problems;
  private final SequencedSet<String> known = new LinkedHashSet<>();

  /** Of one object; {@code path} is its place in messages, empty for the whole. */
  public JsonFields(JsonNode node, String path, Problems problems) {
    this.node = node;
    this.path = path;
    this.problems = problems;
    if (!node.isObject()) {
      problems.add(path.isEmpty() ? "." : path, "is " + kind(node), "give a table of fields");
    }
  }

  /** Where a member is, for messages. */
  public String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** The member, or null; marks the key as known. */
  public @Nullable JsonNode get(String key) {
    known.add(key);
    return node.get(key);
  }

  private void report(String key, @Nullable JsonNode found, String wanted) {
    problems.add(path(key), found == null ? "is missing" : "is " + kind(found), "give " + wanted);
  }

  /** What a value is, for messages. */
  public static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> "a table";
      case ARRAY -> "a list";
      case STRING -> "the text " + Problems.show(node.asString());
      case NUMBER, BOOLEAN -> Problems.show(node.toString());
      default -> "null";
    };
  }

  /** A text; empty and a report if it is not one. */
  public String string(String key) {
    JsonNode found = get(key);
    if (found != null && found.isString()) {
      return found.asString();
    }
    report(key, found, "a text");
    return "";
  }

  /** A text, or a default if it is absent. */
  public String string(String key, String absent) {
    return get(key) == null ? absent : string(key);
  }

  /** A whole number that is not negative; 0 and a report if it is not one. */
  public long integer(String key) {
    JsonNode found = get(key);
    if (found != null && found.isIntegralNumber() && found.canConvertToLong()) {
      long value = found.asLong();
      if (value >= 0 && value <= MAX_INTEGER) {
        return value;
      }
    }
    report(key, found, "a whole number from 0 to " + MAX_INTEGER);
    return 0;
  }

  /** A list of texts; what is none is reported and left out. */
  public List<String> strings(String key) {
    JsonNode found = get(key);
    List<String> values = new ArrayList<>();
    if (found == null || !found.isArray()) {
      report(key, found, "a list of texts");
      return values;
    }
    for (int i = 0; i < found.size(); i++) {
      JsonNode element = found.get(i);
      if (element.isString()) {
        values.add(element.asString());
      } else {
        report(key + "[" + i + "]", element, "a text");
      }
    }
    return values;
  }

  /** A list of texts, or a default if it is absent. */
  public List<String> strings(String key, List<String> absent) {
    return get(key) == null ? absent : strings(key);
  }

  /** A table of texts. */
  public SortedMap<String, String> stringMap(String key) {
    JsonNode found = get(key);
    SortedMap<String, String> values = new TreeMap<>();
    if (found == null || !found.isObject()) {
      report(key, found, "a table of texts");
      return values;
    }
    for (Map.Entry<String, JsonNode> member : found.properties()) {
      if (member.getValue().isString()) {
        values.put(member.getKey(), member.getValue().asString());
      } else {
        report(key + "." + member.getKey(), member.getValue(), "a text");
      }
    }
    return values;
  }

  /** A table; null and a report if it is not one. */
  public @Nullable ObjectNode object(String key) {
    JsonNode found = get(key);
    if (found instanceof ObjectNode object) {
      return object;
    }
    report(key, found, "a table");
    return null;
  }

  /** Reads a nested table; null and a report if it is not one. */
  public <T> @Nullable T table(String key, BiFunction<JsonNode, String, T> reader) {
    ObjectNode found = object(key);
    return found == null ? null : reader.apply(found, path(key));
  }

  /** Reads a table of tables, by name. */
  public <T> Map<String, T> tables(String key, BiFunction<JsonNode, String, T> reader) {
    Map<String, T> values = new LinkedHashMap<>();
    ObjectNode found = object(key);
    if (found != null) {
      for (Map.Entry<String, JsonNode> member : found.properties()) {
        values.put(
            member.getKey(), reader.apply(member.getValue(), path(key) + "." + member.getKey()));
      }
    }
    return values;
  }

  /** True or false; false and a report if it is neither. */
  public boolean bool(String key) {
    JsonNode found = get(key);
    if (found != null && found.isBoolean()) {
      return found.asBoolean();
    }
    report(key, found, "true or false");
    return false;
  }

  /** A list of tables; what is none is reported by its reader. */
  public <T> List<T> list(String key, BiFunction<JsonNode, String, T> reader) {
    JsonNode found = get(key);
    List<T> values = new ArrayList<>();
    if (found == null || !found.isArray()) {
      report(key, found, "a list of tables");
      return values;
    }
    for (int i = 0; i < found.size(); i++) {
      values.add(reader.apply(found.get(i), path(key) + "[" + i + "]"));
    }
    return values;
  }

  /** Reports every member that was not asked for. */
  public void noOthers() {
    for (String key : node.isObject() ? node.propertyNames() : List.<String>of()) {
      if (!known.contains(key)) {
        problems.add(path(Problems.show(key)), "is not a known field", "known here: " + known);
      }
    }
  }
}
