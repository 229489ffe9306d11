package dev.hostler.agent.sandbox.cgroup;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The sub-tree on cgroup v2, below the group that the agent was started in. */
final class CgroupsV2 implements Cgroups {
  /** Where the agent's own processes go, when they may not stay in the delegated group. */
  static final String LEAF = "agent";

  private static final List<String> USED = List.of("memory", "pids", "cpu");
  private static final long PERIOD_MICROS = 100_000;
  private static final String IO = "io";
  private static final String AGENT_WEIGHT = "1000";

  private final Path tree;
  private final SwapUse swap;
  private final Disks disks;
  private final TimeSource time;

  private CgroupsV2(Path tree, SwapUse swap, Disks disks, TimeSource time) {
    this.tree = tree;
    this.swap = swap;
    this.disks = disks;
    this.time = time;
  }

  static CgroupsV2 prepare(
      Path mount, Path selfCgroup, String treeName, SwapUse swap, Disks disks, TimeSource time)
      throws CgroupUnsupportedException, IOException {
    Path own = ownGroup(mount, selfCgroup);
    Path above = own.getParent();
    Path parent = own;
    if (own.endsWith(LEAF) && above != null && above.startsWith(mount)) {
      parent = above;
    } else if (!own.equals(mount)) {
      moveIntoLeaf(own);
    }
    Path tree = parent.resolve(treeName);
    enableControllers(parent);
    preferAgent(parent.resolve(LEAF).resolve("cpu.weight"));
    Files.createDirectories(tree);
    enableControllers(tree);
    return new CgroupsV2(tree, swap, disks, time);
  }

  /** The line {@code 0::/path} of /proc/self/cgroup (cgroups(7)). */
  private static Path ownGroup(Path mount, Path selfCgroup)
      throws CgroupUnsupportedException, IOException {
    for (String line : Files.readAllLines(selfCgroup)) {
      if (line.startsWith("0::/")) {
        Path own = mount.resolve(line.substring("0::/".length())).normalize();
        return own.startsWith(mount) ? own : mount;
      }
    }
    throw new CgroupUnsupportedException(
        "cgroups: " + selfCgroup + " has no line \"0::\", so the agent is in no v2 group");
  }

  private static void moveIntoLeaf(Path own) throws IOException {
    Path leaf = Files.createDirectories(own.resolve(LEAF));
    for (String pid : CgroupFiles.words(own.resolve("cgroup.procs"))) {
      CgroupFiles.write(leaf.resolve("cgroup.procs"), pid);
    }
  }

  /** All attempts together have the usual weight; what looks after them comes first. */
  private static void preferAgent(Path weight) throws IOException {
    if (Files.exists(weight)) {
      CgroupFiles.write(weight, AGENT_WEIGHT);
    }
  }

  private static void enableControllers(Path group) throws CgroupUnsupportedException, IOException {
    Set<String> offered = CgroupFiles.words(group.resolve("cgroup.controllers"));
    List<String> missing = USED.stream().filter(need -> !offered.contains(need)).toList();
    if (!missing.isEmpty()) {
      throw new CgroupUnsupportedException(
          "cgroups: "
              + group
              + " offers "
              + offered
              + ", without "
              + missing
              + "; run the agent with Delegate=yes (systemd), or as root in the root group");
    }
    List<String> wanted = new ArrayList<>(USED);
    if (offered.contains(IO)) {
      wanted.add(IO);
    }
    Path control = group.resolve("cgroup.subtree_control");
    if (!CgroupFiles.words(control).containsAll(wanted)) {
      CgroupFiles.write(
          control, wanted.stream().map(name -> "+" + name).collect(Collectors.joining(" ")));
    }
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public Cgroup open(String name) {
    return new CgroupV2(tree.resolve(name), time);
  }

  @Override
  public Cgroup create(String name, CgroupLimits limits)
      throws CgroupUnsupportedException, IOException, InterruptedException {
    Cgroup group = open(name);
    Creation.of(group, () -> limit(tree.resolve(name), limits));
    return group;
  }

  void limit(Path group, CgroupLimits limits) throws CgroupUnsupportedException, IOException {
    CgroupFiles.write(group.resolve("memory.max"), Long.toString(limits.memoryBytes()));
    Path swapMax = group.resolve("memory.swap.max");
    if (Files.exists(swapMax)) {
      CgroupFiles.write(swapMax, Long.toString(limits.swapBytes()));
    } else if (swap.isActive()) {
      throw new CgroupUnsupportedException(
          "cgroups: the host swaps and "
              + swapMax
              + " is missing, so the memory limit cannot be enforced; switch swap off or use a"
              + " kernel with CONFIG_SWAP and memory accounting");
    }
    CgroupFiles.write(group.resolve("pids.max"), Long.toString(limits.pids()));
    if (limits.cpuMillis() > 0) {
      CgroupFiles.write(
          group.resolve("cpu.max"),
          limits.cpuMillis() * PERIOD_MICROS / 1000 + " " + PERIOD_MICROS);
    }
    if (limits.cpuWeight() != CgroupLimits.USUAL_WEIGHT) {
      CgroupFiles.write(group.resolve("cpu.weight"), Long.toString(limits.cpuWeight()));
    }
    if (!limits.io().isNone()) {
      limitDisks(group.resolve("io.max"), limits.io());
    }
  }

  private void limitDisks(Path max, CgroupLimits.DiskLimits io)
      throws CgroupUnsupportedException, IOException {
    if (!Files.exists(max)) {
      throw new CgroupUnsupportedException(
          "cgroups: "
              + max
              + " is missing, so io_read and io_write cannot be enforced; delegate the io controller"
              + " to the agent (Delegate=yes)");
    }
    for (String disk : disks.numbers()) {
      CgroupFiles.write(
          max, disk + " rbps=" + speed(io.readBytes()) + " wbps=" + speed(io.writeBytes()));
    }
  }

  private static String speed(long bytes) {
    return bytes == 0 ? "max" : Long.toString(bytes);
  }

  @Override
  public List<String> names() throws IOException {
    return CgroupFiles.children(tree).stream()
        .map(child -> child.getFileName().toString())
        .sorted()
        .toList();
  }

  @Override
  public void removeTree() throws IOException, InterruptedException {
    CgroupFiles.remove(tree, time);
  }
}
