package dev.hostler.cli.connect;

import dev.hostler.cli.console.CliFailure;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/** Reads any TOML into dotted keys and strings. */
final class FullToml {
  private FullToml() {}

  /**
   * @throws CliFailure with line and column if it is not TOML, or has something else than strings
   */
  static Map<String, String> parse(Path path, String text) {
    TomlParseResult result = Toml.parse(text);
    if (result.hasErrors()) {
      throw CliFailure.usage(
          result.errors().stream()
              .map(error ->
                  path
                      + ":"
                      + error.position().line()
                      + ":"
                      + error.position().column()
                      + ": "
                      + error.getMessage())
              .collect(Collectors.joining("\n")));
    }
    Map<String, String> settings = new LinkedHashMap<>();
    collect(path, "", result, settings);
    return settings;
  }

  private static void collect(
      Path path, String prefix, TomlTable table, Map<String, String> settings) {
    table
        .toMap()
        .forEach((key, value) -> {
          String name = prefix + key;
          if (value instanceof TomlTable inner) {
            collect(path, name + ".", inner, settings);
          } else if (value instanceof String string) {
            settings.put(name, string);
          } else {
            throw CliFailure.usage(
                path + ": " + name + " = " + value + " must be a string in quotes");
          }
        });
  }
}
