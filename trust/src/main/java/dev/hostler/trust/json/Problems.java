package dev.hostler.trust.json;

import java.util.ArrayList;
import java.util.List;

/** Collects problems, so that a person sees all of them at once. Not thread-safe. */
public final class Problems {
  /** More than a person reads; also bounds what a hostile manifest can make us say. */
  private static final int MAX = 100;

  private final List<Problem> found = new ArrayList<>();

  /**
   * Adds one.
   *
   * @param field which field, as a dotted path
   * @param what what is wrong, with the value
   * @param fix what to do
   */
  public void add(String field, String what, String fix) {
    if (found.size() < MAX) {
      found.add(new Problem(field, what, fix));
    }
  }

  /** Was nothing found? */
  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** All that were found, in order. */
  public List<Problem> list() {
    return List.copyOf(found);
  }

  /** A value as a message shows it: quoted, without control characters, not longer than a line. */
  public static String show(Object value) {
    String text = String.valueOf(value);
    StringBuilder shown = new StringBuilder("'");
    text.codePoints()
        .limit(80)
        .forEach(c -> {
          if (Character.isISOControl(c)) {
            shown.append(String.format("\\x%02x", c));
          } else {
            shown.appendCodePoint(c);
          }
        });
    return shown.append(text.codePointCount(0, text.length()) > 80 ? "…'" : "'").toString();
  }
}
