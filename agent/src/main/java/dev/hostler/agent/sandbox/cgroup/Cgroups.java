package dev.hostler.agent.sandbox.cgroup;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.util.List;

/** The agent's own sub-tree of control groups, one group per attempt. Thread-safe. */
public sealed interface Cgroups permits CgroupsV1, CgroupsV2 {
  /**
   * Finds the host's cgroups and makes the agent's sub-tree. v2 is used if it has the memory, pids
   * and cpu controllers, else v1 if it has memory, pids, and freezer. On v2 with a delegated group
   * (systemd, Delegate=yes) every process of that group moves into a leaf {@code agent} of it,
   * because the kernel allows no processes beside groups with controllers.
   *
   * @throws CgroupUnsupportedException if neither will do; says what is missing
   * @throws IOException if something cannot be read or made
   */
  static Cgroups detect(CgroupSettings settings, TimeSource time)
      throws CgroupUnsupportedException, IOException {
    CgroupMounts mounts = CgroupMounts.read(settings.mountinfo());
    SwapUse swap = new SwapUse(settings.swaps());
    Disks disks = new Disks(settings.disks());
    if (mounts.hasUsableV2()) {
      return CgroupsV2.prepare(
          mounts.v2().orElseThrow(), settings.selfCgroup(), settings.tree(), swap, disks, time);
    }
    return CgroupsV1.prepare(mounts.v1(), settings.tree(), swap, disks, time);
  }

  /** 1 or 2. */
  int version();

  /**
   * Makes a group with these limits.
   *
   * @param name one path component
   * @throws CgroupUnsupportedException if a limit cannot be enforced
   * @throws IOException if it exists or cannot be made; nothing is left of it then
   */
  Cgroup create(String name, CgroupLimits limits)
      throws CgroupUnsupportedException, IOException, InterruptedException;

  /** The group of this name, whether it exists or not. */
  Cgroup open(String name);

  /**
   * Names of all groups in the sub-tree, for example those left by an earlier agent.
   *
   * @throws IOException if the sub-tree cannot be read
   */
  List<String> names() throws IOException;

  /**
   * Removes the sub-tree itself, when there is nothing left in it.
   *
   * @throws IOException if it is not empty or busy
   */
  void removeTree() throws IOException, InterruptedException;
}
