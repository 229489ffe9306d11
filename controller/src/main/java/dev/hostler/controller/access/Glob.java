package dev.hostler.controller.access;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A pattern for names, in which {@code *} stands for any characters. Immutable.
 *
 * @param text as it is written
 */
record Glob(String text) {
  static final Glob ALL = new Glob("*");

  boolean matches(String name) {
    String[] parts = text.split("\\*", -1);
    if (parts.length == 1) {
      return name.equals(text);
    }
    String last = parts[parts.length - 1];
    int at = parts[0].length();
    if (!name.startsWith(parts[0]) || name.length() < at + last.length() || !name.endsWith(last)) {
      return false;
    }
    // The first place is always as good as a later one.
    for (String part : Arrays.asList(parts).subList(1, parts.length - 1)) {
      int found = name.indexOf(part, at);
      if (found < 0) {
        return false;
      }
      at = found + part.length();
    }
    return at <= name.length() - last.length();
  }

  static String shown(Iterable<Glob> globs) {
    return java.util.stream.StreamSupport.stream(globs.spliterator(), false)
        .map(Glob::text)
        .collect(Collectors.joining(", "));
  }
}
