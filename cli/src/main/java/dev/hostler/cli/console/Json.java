package dev.hostler.cli.console;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON (RFC 8259) of maps, collections, strings, numbers and booleans. Made for speed of
 * start: no library is loaded. Not thread-safe.
 */
public final class Json {
  private final StringBuilder text = new StringBuilder();
  private final boolean pretty;

  private Json(boolean pretty) {
    this.pretty = pretty;
  }

  /** On one line. */
  public static String line(@Nullable Object value) {
    Json json = new Json(false);
    json.value(value, 0);
    return json.text.toString();
  }

  /** Indented. */
  public static String pretty(@Nullable Object value) {
    Json json = new Json(true);
    json.value(value, 0);
    return json.text.toString();
  }

  private void value(@Nullable Object value, int depth) {
    switch (value) {
      case null -> text.append("null");
      case Fields fields -> map(fields.map, depth);
      case Raw raw -> text.append(raw.json.isBlank() ? "null" : raw.json);
      case Map<?, ?> map -> map(map, depth);
      case Collection<?> items -> items(items, depth);
      case Boolean b -> text.append(b);
      case Number number -> text.append(number);
      default -> string(value.toString());
    }
  }

  private void map(Map<?, ?> map, int depth) {
    text.append('{');
    boolean first = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      separate(first, depth + 1);
      first = false;
      string(String.valueOf(entry.getKey()));
      text.append(pretty ? ": " : ":");
      value(entry.getValue(), depth + 1);
    }
    close(first, depth, '}');
  }

  private void items(Collection<?> items, int depth) {
    text.append('[');
    boolean first = true;
    for (Object item : items) {
      separate(first, depth + 1);
      first = false;
      value(item, depth + 1);
    }
    close(first, depth, ']');
  }

  private void separate(boolean first, int depth) {
    if (!first) {
      text.append(',');
    }
    newLine(depth);
  }

  private void close(boolean empty, int depth, char bracket) {
    if (!empty) {
      newLine(depth);
    }
    text.append(bracket);
  }

  private void newLine(int depth) {
    if (pretty) {
      text.append('\n').append("  ".repeat(depth));
    }
  }

  private void string(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < 0x20
              || (c >= 0x7f && c < 0xa0)
              || (Character.isSurrogate(c) && !paired(value, i))) {
            text.append("\\u").append(String.format("%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  private static boolean paired(String value, int i) {
    return Character.isHighSurrogate(value.charAt(i))
        ? i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(value.charAt(i - 1));
  }

  private record Raw(String json) {}

  /** Text that is JSON already. */
  public static Object raw(String json) {
    return new Raw(json);
  }

  /** An object whose fields keep their order. A field whose value is null is left out. */
  public static final class Fields {
    private final Map<String, Object> map = new LinkedHashMap<>();

    /** Adds a field; null: left out. */
    public Fields put(String name, @Nullable Object value) {
      if (value != null) {
        map.put(name, value);
      }
      return this;
    }
  }

  /** An empty object. */
  public static Fields object() {
    return new Fields();
  }
}
