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
  private static final List<String> USED =
      List.of("memory", "pids", "freezer", "cpu", "cpuacct", "blkio");
  private static final long PERIOD_MICROS = 100_000;
  private static final long USUAL_SHARES = 1024;
  private static final long LEAST_SHARES = 2;

  private final Map<String, Path> trees;
  private final SwapUse swap;
  private final Disks disks;
  private final TimeSource time;

  private CgroupsV1(Map<String, Path> trees, SwapUse swap, Disks disks, TimeSource time) {
    this.trees = trees;
    this.swap = swap;
    this.disks = disks;
    this.time = time;
  }

  static CgroupsV1 prepare(
      Map<String, Path> mounts, String tree, SwapUse swap, Disks disks, TimeSource time)
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
    return new CgroupsV1(trees, swap, disks, time);
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
    boolean cpu = limits.cpuMillis() > 0 || limits.cpuWeight() != CgroupLimits.USUAL_WEIGHT;
    if (cpu && !trees.containsKey("cpu")) {
      throw new CgroupUnsupportedException(
          "cgroups: the cpu controller is not mounted, so a cpu limit cannot be enforced");
    }
    if (!limits.io().isNone() && !trees.containsKey("blkio")) {
      throw new CgroupUnsupportedException(
          "cgroups: the blkio controller is not mounted, so io_read and io_write cannot be enforced");
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
    if (limits.cpuWeight() != CgroupLimits.USUAL_WEIGHT) {
      long shares = limits.cpuWeight() * USUAL_SHARES / CgroupLimits.USUAL_WEIGHT;
      CgroupFiles.write(
          tree("cpu").resolve(name).resolve("cpu.shares"),
          Long.toString(Math.max(shares, LEAST_SHARES)));
    }
    if (!limits.io().isNone()) {
      Path blkio = tree("blkio").resolve(name);
      for (String disk : disks.numbers()) {
        throttle(blkio.resolve("blkio.throttle.read_bps_device"), disk, limits.io().readBytes());
        throttle(blkio.resolve("blkio.throttle.write_bps_device"), disk, limits.io().writeBytes());
      }
    }
  }

  private static void throttle(Path file, String disk, long bytes) throws IOException {
    if (bytes > 0) {
      CgroupFiles.write(file, disk + " " + bytes);
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
