package dev.hostler.agent.sandbox.cgroup;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The sub-tree on cgroup v1: a directory of its name in each hierarchy that is used. */
final class CgroupsV1 implements Cgroups {
  private static final List<String> NEEDED = List.of("memory", "pids", "freezer");
  private static final List<String> USED = List.of("memory", "pids", "freezer", "cpu", "cpuacct");
  private static final long PERIOD_MICROS = 100_000;

  private final Map<String, Path> trees;
  private final SwapUse swap;
  private final TimeSource time;

  private CgroupsV1(Map<String, Path> trees, SwapUse swap, TimeSource time) {
    this.trees = trees;
    this.swap = swap;
    this.time = time;
  }

  static CgroupsV1 prepare(Map<String, Path> mounts, String tree, SwapUse swap, TimeSource time)
      throws CgroupUnsupportedException, IOException {
    List<String> missing = NEEDED.stream().filter(need -> !mounts.containsKey(need)).toList();
    if (!missing.isEmpty()) {
      throw new CgroupUnsupportedException(
          "cgroups: controllers "
              + missing
              + " are mounted neither in v1 nor together with memory, pids and cpu in v2; mount"
              + " cgroup2 on /sys/fs/cgroup or enable them on the kernel command line");
    }
    Map<String, Path> trees = new LinkedHashMap<>();
    for (String controller : USED) {
      Path mount = mounts.get(controller);
      if (mount != null) {
        trees.put(controller, Files.createDirectories(mount.resolve(tree)));
      }
    }
    return new CgroupsV1(trees, swap, time);
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public Cgroup open(String name) {
    Map<String, Path> groups = new LinkedHashMap<>();
    trees.forEach((controller, tree) -> groups.put(controller, tree.resolve(name)));
    return new CgroupV1(groups, time);
  }

  @Override
  public Cgroup create(String name, CgroupLimits limits)
      throws CgroupUnsupportedException, IOException, InterruptedException {
    if (limits.cpuMillis() > 0 && !trees.containsKey("cpu")) {
      throw new CgroupUnsupportedException(
          "cgroups: the cpu controller is not mounted, so a cpu limit cannot be enforced");
    }
    Cgroup group = open(name);
    Creation.of(group, () -> limit(name, limits));
    return group;
  }

  void limit(String name, CgroupLimits limits) throws CgroupUnsupportedException, IOException {
    Path memory = tree("memory").resolve(name);
    CgroupFiles.write(memory.resolve("memory.limit_in_bytes"), Long.toString(limits.memoryBytes()));
    Path withSwap = memory.resolve("memory.memsw.limit_in_bytes");
    if (Files.exists(withSwap)) {
      CgroupFiles.write(withSwap, Long.toString(limits.memoryBytes() + limits.swapBytes()));
    } else if (swap.isActive()) {
      throw new CgroupUnsupportedException(
          "cgroups: the host swaps and its kernel does not account for it, so the memory limit"
              + " cannot be enforced; boot with swapaccount=1 or switch swap off");
    }
    CgroupFiles.write(tree("pids").resolve(name).resolve("pids.max"), Long.toString(limits.pids()));
    if (limits.cpuMillis() > 0) {
      Path cpu = tree("cpu").resolve(name);
      CgroupFiles.write(cpu.resolve("cpu.cfs_period_us"), Long.toString(PERIOD_MICROS));
      CgroupFiles.write(
          cpu.resolve("cpu.cfs_quota_us"),
          Long.toString(limits.cpuMillis() * PERIOD_MICROS / 1000));
    }
  }

  private Path tree(String controller) {
    Path tree = trees.get(controller);
    if (tree == null) {
      throw new IllegalStateException("no v1 hierarchy for " + controller);
    }
    return tree;
  }

  @Override
  public List<String> names() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    for (Path tree : trees.values()) {
      CgroupFiles.children(tree).forEach(child -> names.add(child.getFileName().toString()));
    }
    return List.copyOf(names);
  }

  @Override
  public void removeTree() throws IOException, InterruptedException {
    for (Path tree : trees.values()) {
      CgroupFiles.remove(tree, time);
    }
  }
}
