package dev.hostler.common.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/** Notes the keys and variables that nobody asked for: most are misspelt. */
final class UnknownKeys {
  private final ConfigReader reader;
  private final Map<String, ConfigSection> sections;
  private final Set<String> lists;

  /**
   * @param sections those that were read, by name
   * @param lists names of the lists of tables that were read
   */
  UnknownKeys(ConfigReader reader, Map<String, ConfigSection> sections, Set<String> lists) {
    this.reader = reader;
    this.sections = sections;
    this.lists = lists;
  }

  /**
   * Looks through everything.
   *
   * @param file null if it could not be read
   * @param used names of the variables that were asked for
   */
  void find(@Nullable TomlTable file, Map<String, String> environment, Set<String> used) {
    if (file != null) {
      findIn(file, "");
    }
    findVariables(environment, used);
  }

  private void findIn(TomlTable table, String name) {
    ConfigSection section = sections.get(name);
    if (section != null && section.isFree()) {
      return;
    }
    for (String key : table.keySet()) {
      Object value = table.get(List.of(key));
      String full = name.isEmpty() ? key : name + "." + key;
      boolean known = section != null && section.knows(key);
      boolean leads =
          sections.keySet().stream().anyMatch(s -> s.equals(full) || s.startsWith(full + "."));
      if (lists.contains(full)) {
        findInList(value, full);
      } else if (value instanceof TomlTable inner && leads) {
        findIn(inner, full);
      } else if (value != null && !known && !leads) {
        String near = nearest(key, name, value instanceof TomlTable);
        reader.problem(
            reader.found(value, full, table.inputPositionOf(List.of(key))),
            full,
            "unknown "
                + (value instanceof TomlTable ? "section" : "key")
                + (near.isEmpty() ? "; remove it" : "; did you mean " + near + "?"));
      }
    }
  }

  /** In the tables of a list; what is no such list was noted when it was asked for. */
  private void findInList(@Nullable Object list, String name) {
    if (list instanceof TomlArray array) {
      for (int i = 0; i < array.size(); i++) {
        String element = name + "[" + (i + 1) + "]";
        if (array.get(i) instanceof TomlTable table && sections.containsKey(element)) {
          findIn(table, element);
        }
      }
    }
  }

  private String nearest(String key, String sectionName, boolean table) {
    ConfigSection section = sections.get(sectionName);
    List<String> known = new ArrayList<>();
    if (!table && section != null) {
      known.addAll(section.keys());
    } else if (table) {
      known.addAll(sections.keySet());
    }
    return known.stream()
        .filter(candidate -> distance(key, candidate) <= 2)
        .min(Comparator.comparingInt(candidate -> distance(key, candidate)))
        .orElse("");
  }

  private void findVariables(Map<String, String> environment, Set<String> used) {
    for (String name : environment.keySet()) {
      for (ConfigSection section : sections.values()) {
        String prefix = section.name().isEmpty() ? null : ConfigReader.variable(section.name(), "");
        if (prefix != null && name.startsWith(prefix) && !used.contains(name)) {
          reader.add(
              0,
              0,
              "environment " + name + ": section " + section.name() + " has no such key; unset it");
          break;
        }
      }
    }
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(change, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
