package dev.hostler.trust.job;

import dev.hostler.trust.json.Problems;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which paths an operator may name to be kept in a snapshot, as far as that is the same on every
 * host. What else of them a host keeps is for its owner to say.
 */
public final class SnapshotPaths {
  private static final int LONGEST = 1024;

  /** Kernel interfaces, devices, sockets: nothing of it is what it was. */
  private static final List<String> NEVER = List.of("/proc", "/sys", "/dev", "/run", "/var/run");

  private SnapshotPaths() {}

  /** Why this path can be kept nowhere; null if it can. */
  public static @Nullable String refusal(String path) {
    if (path.length() > LONGEST || !isNormalised(path)) {
      return "is not an absolute path without '.', '..', '//', a '/' at its end or control"
          + " characters";
    }
    if (path.equals("/")) {
      return "is the whole host";
    }
    for (String tree : NEVER) {
      if (path.equals(tree) || path.startsWith(tree + "/")) {
        return "is made by the kernel or by what runs, like all of " + tree;
      }
    }
    return null;
  }

  private static boolean isNormalised(String path) {
    if (path.equals("/")) {
      return true;
    }
    if (!path.startsWith("/")) {
      return false;
    }
    for (String name : path.substring(1).split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        return false;
      }
    }
    // Unpaired surrogates have no UTF-8 form; they would be written as something else.
    return path.codePoints()
        .noneMatch(c ->
            Character.isISOControl(c)
                || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
  }

  /** Checks a list of them: at most so many, none refused, none twice. */
  static void check(List<String> paths, String field, int most, Problems problems) {
    if (paths.size() > most) {
      problems.add(field, "has " + paths.size() + " paths", "at most " + most);
      return;
    }
    for (int i = 0; i < paths.size(); i++) {
      String path = paths.get(i);
      String why = refusal(path);
      if (why != null) {
        problems.add(
            field + "[" + i + "]",
            Problems.show(path) + " " + why,
            "name what may have to be brought back, for example /etc/ssh");
      } else if (paths.indexOf(path) < i) {
        problems.add(field + "[" + i + "]", Problems.show(path) + " is named twice", "once does");
      }
    }
  }
}
