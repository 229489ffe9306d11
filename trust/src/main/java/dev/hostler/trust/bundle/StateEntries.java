package dev.hostler.trust.bundle;

import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problems;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** The list of what an action has kept besides files. */
final class StateEntries {
  private static final int MOST = 64;
  private static final String KEY = "state";

  private StateEntries() {}

  /** Reads it; missing is empty. */
  static List<StateEntry> read(JsonFields fields, Problems problems) {
    List<StateEntry> entries = new ArrayList<>();
    for (String text : fields.strings(KEY, List.of())) {
      try {
        entries.add(StateEntry.parse(text));
      } catch (IllegalArgumentException e) {
        problems.add(fields.path(KEY), String.valueOf(e.getMessage()), "correct it");
      }
    }
    return entries;
  }

  static void check(List<StateEntry> entries, String path, Problems problems) {
    if (entries.size() > MOST) {
      problems.add(path, "has more than " + MOST + " entries", "leave some out");
    }
    if (new HashSet<>(entries).size() < entries.size()) {
      problems.add(path, "names one twice", "list each once");
    }
  }
}
