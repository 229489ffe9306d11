package dev.hostler.agent.sandbox.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the cgroup file systems are mounted (proc(5), mountinfo).
 *
 * @param v1 mount point by controller
 * @param v2 mount point of the unified hierarchy
 * @param v2Controllers what the unified hierarchy offers at its mount point
 */
record CgroupMounts(Map<String, Path> v1, Optional<Path> v2, Set<String> v2Controllers) {

  static CgroupMounts read(Path mountinfo) throws IOException {
    Map<String, Path> v1 = new LinkedHashMap<>();
    Path v2 = null;
    for (String line : Files.readAllLines(mountinfo)) {
      int dash = line.indexOf(" - ");
      if (dash < 0) {
        continue;
      }
      String[] left = line.substring(0, dash).split(" ", -1);
      String[] right = line.substring(dash + 3).split(" ", -1);
      if (left.length < 5 || right.length < 3) {
        continue;
      }
      Path mountPoint = Path.of(unescape(left[4]));
      if (right[0].equals("cgroup2") && v2 == null) {
        v2 = mountPoint;
      } else if (right[0].equals("cgroup")) {
        for (String option : right[2].split(",", -1)) {
          v1.putIfAbsent(option, mountPoint);
        }
      }
    }
    Set<String> offered =
        v2 == null ? Set.of() : CgroupFiles.words(v2.resolve("cgroup.controllers"));
    return new CgroupMounts(Map.copyOf(v1), Optional.ofNullable(v2), offered);
  }

  boolean hasUsableV2() {
    return v2.isPresent() && v2Controllers.containsAll(List.of("memory", "pids", "cpu"));
  }

  /** The kernel writes blanks, tabs, newlines and backslashes as octal numbers. */
  private static String unescape(String text) {
    return text.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
