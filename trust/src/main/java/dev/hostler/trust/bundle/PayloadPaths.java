package dev.hostler.trust.bundle;

import dev.hostler.trust.json.Problems;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Which paths a payload may have. */
final class PayloadPaths {
  /** By the bytes of their UTF-8 form, so that the order does not depend on a language. */
  static final Comparator<String> ORDER =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private final Problems problems;
  private final Map<String, String> files = new HashMap<>();
  private final Map<String, String> folders = new HashMap<>();
  private String previous = "";

  PayloadPaths(Problems problems) {
    this.problems = problems;
  }

  /** Takes the next path of a payload. */
  void next(String path) {
    String field = "payload " + Problems.show(path);
    if (!isSafe(path)) {
      problems.add(
          field,
          "is not a safe path",
          "use relative paths with '/', without '.', '..', empty names, '\\' and control"
              + " characters");
      return;
    }
    if (UstarHeader.split(path) == null) {
      problems.add(
          field, "is too long", "keep names under 100 bytes and whole paths under 250 bytes");
      return;
    }
    if (ORDER.compare(previous, path) >= 0) {
      problems.add(field, "is listed twice or out of order", "build the bundle again");
    }
    previous = path;
    collisions(path, field);
  }

  private void collisions(String path, String field) {
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      String folder = path.substring(0, slash);
      String known = folders.putIfAbsent(fold(folder), folder);
      if (known != null && !known.equals(folder)) {
        clash(field, known);
      }
      String file = files.get(fold(folder));
      if (file != null) {
        clash(field, file);
      }
    }
    String known = files.putIfAbsent(fold(path), path);
    if (known == null) {
      known = folders.get(fold(path));
    }
    if (known != null) {
      clash(field, known);
    }
  }

  private void clash(String field, String known) {
    problems.add(
        field,
        "collides with " + Problems.show(known) + " (same name, or differs by case only)",
        "rename one of them");
  }

  /** What a file system that ignores case, or normalises Unicode, would make of it. */
  private static String fold(String path) {
    return Normalizer.normalize(path, Normalizer.Form.NFKC)
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }

  static boolean isSafe(String path) {
    if (path.isEmpty() || path.startsWith("/")) {
      return false;
    }
    for (String name : path.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        return false;
      }
    }
    // Unpaired surrogates have no UTF-8 form; they would be written as something else.
    return path.codePoints()
        .noneMatch(c ->
            Character.isISOControl(c)
                || c == '\\'
                || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
  }
}
