package dev.hostler.cli.connect;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the small part of TOML that {@link ConfigFile} writes, without loading a TOML library: that
 * costs more than all the rest of a short command. Whatever is written in another way is left to
 * {@link FullToml}.
 */
final class PlainToml {
  private PlainToml() {}

  /** Dotted keys and their strings; null if {@code text} is not wholly of the plain kind. */
  static @Nullable Map<String, String> parse(String text) {
    if (!plain(text.replace("\n", "").replace("\t", ""))) {
      return null;
    }
    Map<String, String> settings = new LinkedHashMap<>();
    String table = "";
    for (String raw : text.split("\n", -1)) {
      String line = raw.trim();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (line.startsWith("[contexts.") && line.endsWith("]")) {
        table = line.substring(1, line.length() - 1);
        if (!bare(table.substring("contexts.".length())) || settings.containsKey(table)) {
          return null;
        }
        settings.put(table, ""); // Remembered, so that a table that comes twice is seen.
        continue;
      }
      int equals = line.indexOf('=');
      if (equals < 0) {
        return null;
      }
      String key = line.substring(0, equals).trim();
      String value = line.substring(equals + 1).trim();
      if (!bare(key)
          || value.length() < 2
          || value.charAt(0) != '"'
          || value.indexOf('"', 1) != value.length() - 1
          || value.indexOf('\\') >= 0
          || !plain(value)
          || settings.put(
                  table.isEmpty() ? key : table + "." + key, value.substring(1, value.length() - 1))
              != null) {
        return null;
      }
    }
    settings.keySet().removeIf(key -> key.startsWith("contexts.") && key.indexOf('.', 9) < 0);
    return settings;
  }

  private static boolean plain(String text) {
    return text.chars().noneMatch(c -> c < 0x20 || c == 0x7f || Character.isSurrogate((char) c));
  }

  private static boolean bare(String key) {
    return !key.isEmpty()
        && key.chars()
            .allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || c == '_' || c == '-'));
  }
}
