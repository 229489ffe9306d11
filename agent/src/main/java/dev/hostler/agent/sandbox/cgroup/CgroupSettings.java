package dev.hostler.agent.sandbox.cgroup;

import java.nio.file.Path;

/**
 * Where control groups are looked for.
 *
 * @param tree name of the agent's sub-tree; one path component
 * @param mountinfo normally {@code /proc/self/mountinfo}
 * @param selfCgroup normally {@code /proc/self/cgroup}
 * @param swaps normally {@code /proc/swaps}
 * @param disks normally {@code /sys/block}
 */
public record CgroupSettings(String tree, Path mountinfo, Path selfCgroup, Path swaps, Path disks) {
  /**
   * @throws IllegalArgumentException if the name is not a plain one
   */
  public CgroupSettings {
    if (!tree.matches("[A-Za-z0-9_-][A-Za-z0-9_-]{0,63}")) {
      throw new IllegalArgumentException(
          "cgroup tree \"" + tree + "\": must be 1 to 64 letters, digits, '_', '-'");
    }
  }

  /** This host's, with a sub-tree of this name. */
  public static CgroupSettings ofHost(String tree) {
    return new CgroupSettings(
        tree,
        Path.of("/proc/self/mountinfo"),
        Path.of("/proc/self/cgroup"),
        Path.of("/proc/swaps"),
        Path.of("/sys/block"));
  }
}
