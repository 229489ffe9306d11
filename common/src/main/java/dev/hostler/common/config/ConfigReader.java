package dev.hostler.common.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * Reads one configuration: a TOML file, over which the environment wins: key {@code pool_size} of
 * section {@code database} is overridden by {@code HOSTLER_DATABASE_POOL_SIZE}. Typical use: read
 * every section into a record, then call {@link #finish}, which throws everything that is wrong.
 * Values that are wrong read as their defaults until then. Not thread-safe.
 */
public final class ConfigReader {
  private static final String PREFIX = "HOSTLER_";

  private final String fileName;
  private final Path base;
  private final Map<String, String> environment;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, ConfigSection> sections = new LinkedHashMap<>();
  private final Set<String> usedVariables = new HashSet<>();
  private final Set<String> lists = new HashSet<>();
  private @Nullable TomlTable toml;

  private record Problem(int line, int column, String text) {}

  /** A value as it was found. */
  record Found(Object value, String place, int line, int column) {}

  private ConfigReader(String fileName, Path base, Map<String, String> environment) {
    this.fileName = fileName;
    this.base = base;
    this.environment = Map.copyOf(environment);
  }

  /** Reads a file; relative paths in it are taken from its folder. */
  public static ConfigReader ofFile(Path file, Map<String, String> environment) {
    Path absolute = file.toAbsolutePath().normalize();
    Path folder = absolute.getParent();
    ConfigReader reader =
        new ConfigReader(file.toString(), folder == null ? absolute : folder, environment);
    try {
      reader.parse(Files.readString(absolute));
    } catch (IOException e) {
      reader.add(0, 0, "cannot read the configuration file " + file + ": " + e);
    }
    return reader;
  }

  /** Reads a text; {@code name} stands for the file in messages. */
  public static ConfigReader ofText(
      String name, String text, Path base, Map<String, String> environment) {
    ConfigReader reader = new ConfigReader(name, base, environment);
    reader.parse(text);
    return reader;
  }

  private void parse(String text) {
    TomlParseResult result = Toml.parse(text);
    for (TomlParseError error : result.errors()) {
      add(
          error.position().line(),
          error.position().column(),
          fileName
              + ":"
              + error.position().line()
              + ":"
              + error.position().column()
              + ": "
              + error.getMessage());
    }
    toml = result;
  }

  /**
   * A section of the file; missing ones read as empty.
   *
   * @param name table name, dotted when nested; "" for the keys before the first table
   */
  public ConfigSection section(String name) {
    return sections.computeIfAbsent(name, n -> new ConfigSection(this, n, table(n)));
  }

  /**
   * The tables of a list, in order: each {@code [[name]]} of the file. They have no variables in
   * the environment.
   *
   * @param name key before the first table
   */
  public List<ConfigSection> tables(String name) {
    lists.add(name);
    TomlTable root = toml;
    Object value = root == null ? null : root.get(List.of(name));
    if (root == null || value == null) {
      return List.of();
    }
    List<ConfigSection> tables = new ArrayList<>();
    if (value instanceof TomlArray array) {
      for (int i = 0; i < array.size(); i++) {
        if (array.get(i) instanceof TomlTable table) {
          tables.add(new ConfigSection(this, name + "[" + (i + 1) + "]", table));
        }
      }
      if (tables.size() == array.size()) {
        tables.forEach(table -> sections.putIfAbsent(table.name(), table));
        return List.copyOf(tables);
      }
    }
    TomlPosition at = root.inputPositionOf(List.of(name));
    problem(found(value, name, at), name, "must be a list of tables; write [[" + name + "]]");
    return List.of();
  }

  /**
   * The names of the tables directly below a table, in order: for sections whose names are for the
   * file's writer to choose.
   *
   * @param name table name, dotted when nested; need not exist
   */
  public List<String> tablesBelow(String name) {
    TomlTable parent = table(name);
    if (parent == null) {
      return List.of();
    }
    return parent.keySet().stream()
        .filter(key -> parent.get(List.of(key)) instanceof TomlTable)
        .sorted()
        .toList();
  }

  private @Nullable TomlTable table(String name) {
    TomlTable table = toml;
    if (name.isEmpty() || table == null) {
      return table;
    }
    for (String part : name.split("\\.", -1)) {
      Object value = table.get(List.of(part));
      if (value == null) {
        return null;
      }
      if (!(value instanceof TomlTable next)) {
        TomlPosition at = table.inputPositionOf(List.of(part));
        problem(found(value, name, at), name, "must be a table; write [" + name + "]");
        return null;
      }
      table = next;
    }
    return table;
  }

  /**
   * Ends reading.
   *
   * @throws ConfigException with every problem, if there is any: those of the values that were
   *     read, and the keys that nobody asked for
   */
  public void finish() throws ConfigException {
    new UnknownKeys(this, sections, lists).find(toml, environment, usedVariables);
    if (!problems.isEmpty()) {
      throw new ConfigException(
          problems.stream()
              .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
              .map(Problem::text)
              .toList());
    }
  }

  /** The value of a key: of the environment, else of the file; null when neither has it. */
  @Nullable Found find(String section, @Nullable TomlTable table, String key) {
    String variable = variable(section, key);
    usedVariables.add(variable);
    String override = environment.get(variable);
    if (override != null) {
      return new Found(override, "environment " + variable, 0, 0);
    }
    Object value = table == null ? null : table.get(List.of(key));
    if (table == null || value == null) {
      return null;
    }
    return found(value, key, table.inputPositionOf(List.of(key)));
  }

  Found found(Object value, String key, @Nullable TomlPosition at) {
    return at == null
        ? new Found(value, fileName + ": " + key, 0, 0)
        : new Found(value, fileName + ":" + at.line() + ":" + at.column(), at.line(), at.column());
  }

  void problem(Found found, String key, String text) {
    add(found.line(), found.column(), found.place() + ": " + key + ": " + text);
  }

  void missing(String key, String variable, String text) {
    add(
        Integer.MAX_VALUE,
        0,
        fileName + ": " + key + ": missing; " + text + " (or set " + variable + ")");
  }

  void add(int line, int column, String text) {
    problems.add(new Problem(line, column, text));
  }

  Path base() {
    return base;
  }

  static String variable(String section, String key) {
    String name = section.isEmpty() ? key : section.replace('.', '_') + "_" + key;
    return PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
