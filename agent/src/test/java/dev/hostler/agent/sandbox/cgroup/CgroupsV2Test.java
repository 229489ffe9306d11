package dev.hostler.agent.sandbox.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hostler.common.time.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** cgroup v2: files and layout against a made-up tree, killing against the real hierarchy. */
class CgroupsV2Test {
  private static final String OFFERED = "cpuset cpu io memory pids\n";
  private static final Path UNIFIED = Path.of("/sys/fs/cgroup/unified");

  @TempDir Path root;
  private Path mount;
  private Path self;
  private Path swaps;
  private Path disks;

  @BeforeEach
  void makeTree() throws Exception {
    mount = root.resolve("cgroup");
    self = root.resolve("self");
    swaps = root.resolve("swaps");
    disks = Files.createDirectories(root.resolve("block"));
    Files.writeString(swaps, "Filename Type Size Used Priority\n");
    group(mount, OFFERED);
    Files.writeString(self, "0::/\n");
  }

  /** A directory as the kernel makes it. */
  private static Path group(Path directory, String controllers) throws Exception {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("cgroup.controllers"), controllers);
    Files.writeString(directory.resolve("cgroup.subtree_control"), "");
    Files.writeString(directory.resolve("cgroup.procs"), "");
    return directory;
  }

  private Path mountinfo(String... lines) throws Exception {
    return Files.writeString(root.resolve("mountinfo"), String.join("\n", lines));
  }

  private Cgroups detect() throws Exception {
    Path mountinfo =
        mountinfo(
            "22 1 0:20 / /proc rw - proc proc rw",
            "30 1 0:26 / " + mount + " rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate");
    return Cgroups.detect(
        new CgroupSettings("hostler", mountinfo, self, swaps, disks), TimeSource.system());
  }

  @Test
  void inTheRootGroupNobodyMoves() throws Exception {
    group(mount.resolve("hostler"), "memory pids cpu");
    Files.writeString(mount.resolve("cgroup.procs"), "1\n2\n");

    Cgroups cgroups = detect();

    assertThat(cgroups.version()).isEqualTo(2);
    assertThat(mount.resolve("cgroup.procs")).hasContent("1\n2\n");
    assertThat(mount.resolve("cgroup.subtree_control")).hasContent("+memory +pids +cpu +io");
    assertThat(mount.resolve("hostler/cgroup.subtree_control")).hasContent("+memory +pids +cpu");
    assertThat(cgroups.open("a.1").directories()).containsExactly(mount.resolve("hostler/a.1"));
  }

  @Test
  void inADelegatedGroupTheAgentMovesIntoALeaf() throws Exception {
    Path own = group(mount.resolve("system.slice/hostler-agent.service"), OFFERED);
    group(own.resolve("agent"), OFFERED);
    group(own.resolve("hostler"), OFFERED);
    Files.writeString(own.resolve("cgroup.procs"), "4711\n");
    Files.writeString(own.resolve("agent/cpu.weight"), "100\n");
    Files.writeString(self, "1:name=systemd:/x\n0::/system.slice/hostler-agent.service\n");

    Cgroups cgroups = detect();

    assertThat(own.resolve("agent/cgroup.procs")).hasContent("4711");
    assertThat(own.resolve("agent/cpu.weight")).as("before all attempts").hasContent("1000");
    assertThat(cgroups.open("a").directories()).containsExactly(own.resolve("hostler/a"));
    assertThat(own.resolve("cgroup.subtree_control")).hasContent("+memory +pids +cpu +io");
  }

  @Test
  void anAgentInItsLeafStaysThere() throws Exception {
    Path own = group(mount.resolve("hostler-agent.service"), OFFERED);
    Files.writeString(own.resolve("cgroup.subtree_control"), "memory pids cpu io");
    group(own.resolve("agent"), "");
    group(own.resolve("hostler"), OFFERED);
    Files.writeString(self, "0::/hostler-agent.service/agent\n");

    Cgroups cgroups = detect();

    assertThat(own.resolve("agent/agent")).doesNotExist();
    assertThat(own.resolve("cgroup.subtree_control")).hasContent("memory pids cpu io");
    assertThat(cgroups.open("a").directories()).containsExactly(own.resolve("hostler/a"));
  }

  @Test
  void missingDelegationIsExplained() throws Exception {
    Path own = group(mount.resolve("user.slice"), "pids\n");
    group(own.resolve("agent"), "");
    Files.writeString(self, "0::/user.slice\n");

    assertThatThrownBy(this::detect)
        .isInstanceOf(CgroupUnsupportedException.class)
        .hasMessageContaining("[memory, cpu]")
        .hasMessageContaining("Delegate=yes");
  }

  @Test
  void noGroupAtAllIsExplained() throws Exception {
    Files.writeString(self, "4:memory:/\n");

    assertThatThrownBy(this::detect).hasMessageContaining("\"0::\"");
  }

  @Test
  void limitsAreWrittenInTheKernelsForm() throws Exception {
    group(mount.resolve("hostler"), OFFERED);
    CgroupsV2 cgroups = (CgroupsV2) detect();
    Path group = group(mount.resolve("hostler/a"), "");
    for (String file :
        new String[] {"memory.max", "memory.swap.max", "pids.max", "cpu.max", "cpu.weight"}) {
      Files.writeString(group.resolve(file), "max");
    }
    Files.writeString(group.resolve("io.max"), "");

    for (String disk : List.of("vda 253:0", "dm-0 252:0", "loop3 7:3", "zram0 251:0")) {
      Path entry = Files.createDirectories(disks.resolve(disk.split(" ", -1)[0]));
      Files.writeString(entry.resolve("dev"), disk.split(" ", -1)[1] + "\n");
    }

    cgroups.limit(
        group,
        new CgroupLimits(1 << 20, 4096, 1500, 7, 20, new CgroupLimits.DiskLimits(1 << 20, 0)));

    assertThat(group.resolve("memory.max")).hasContent("1048576");
    assertThat(group.resolve("memory.swap.max")).hasContent("4096");
    assertThat(group.resolve("pids.max")).hasContent("7");
    assertThat(group.resolve("cpu.max")).hasContent("150000 100000");
    assertThat(group.resolve("cpu.weight")).hasContent("20");
    // The kernel takes one disk a write; a plain file keeps the last.
    assertThat(Files.readString(group.resolve("io.max")))
        .isIn("253:0 rbps=1048576 wbps=max", "252:0 rbps=1048576 wbps=max");
    assertThat(cgroups.names()).containsExactly("a");
  }

  @Test
  void limitsOfDisksNeedTheController() throws Exception {
    group(mount.resolve("hostler"), OFFERED);
    CgroupsV2 cgroups = (CgroupsV2) detect();
    Path group = group(mount.resolve("hostler/a"), "");
    for (String file : new String[] {"memory.max", "pids.max"}) {
      Files.writeString(group.resolve(file), "max");
    }

    assertThatThrownBy(() ->
            cgroups.limit(
                group,
                new CgroupLimits(1 << 20, 0, 0, 7, 100, new CgroupLimits.DiskLimits(0, 4096))))
        .isInstanceOf(CgroupUnsupportedException.class)
        .hasMessageContaining("io controller");
  }

  @Test
  void swapThatCannotBeLimitedIsRefusedOnlyWhereThereIsSwap() throws Exception {
    group(mount.resolve("hostler"), OFFERED);
    CgroupsV2 cgroups = (CgroupsV2) detect();
    Path group = group(mount.resolve("hostler/a"), "");
    Files.writeString(group.resolve("memory.max"), "max");
    Files.writeString(group.resolve("pids.max"), "max");
    CgroupLimits limits = new CgroupLimits(1 << 20, 0, 0, 7);

    cgroups.limit(group, limits);
    Files.writeString(swaps, "Filename Type\n/swapfile file\n");

    assertThatThrownBy(() -> cgroups.limit(group, limits))
        .isInstanceOf(CgroupUnsupportedException.class)
        .hasMessageContaining("switch swap off");
  }

  @Test
  void countersAreParsed() throws Exception {
    Path group = group(root.resolve("g"), "");
    Files.writeString(
        group.resolve("memory.events"), "low 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n");
    Files.writeString(group.resolve("memory.peak"), "4096000\n");
    Files.writeString(group.resolve("cpu.stat"), "usage_usec 1234\nuser_usec 1000\n");
    Files.writeString(group.resolve("pids.events"), "max 5\n");
    CgroupCounters counters = new CgroupV2(group, TimeSource.system()).counters();

    assertThat(counters.oomKills()).hasValue(2);
    assertThat(counters.memoryPeakBytes()).hasValue(4_096_000);
    assertThat(counters.cpuMicros()).hasValue(1234);
    assertThat(counters.pidsDenied()).hasValue(5);
    Files.writeString(group.resolve("memory.peak"), "odd\n");
    Files.delete(group.resolve("cpu.stat"));
    assertThat(new CgroupV2(group, TimeSource.system()).counters().memoryPeakBytes()).isEmpty();
    assertThat(new CgroupV2(group, TimeSource.system()).counters().cpuMicros()).isEmpty();
  }

  @Test
  void populatedIsParsed() throws Exception {
    Path directory = group(root.resolve("g"), "");
    Cgroup group = new CgroupV2(directory, TimeSource.system());

    assertThatThrownBy(group::isEmpty).hasMessageContaining("populated");
    Files.writeString(directory.resolve("cgroup.events"), "populated 1\nfrozen 0\n");
    assertThat(group.isEmpty()).isFalse();
    assertThatThrownBy(() -> group.kill(Duration.ofSeconds(1))).hasMessageContaining("cgroup.kill");
    Files.writeString(directory.resolve("cgroup.events"), "populated 0\nfrozen 0\n");
    assertThat(group.isEmpty()).isTrue();
  }

  @Test
  void killIsOneWriteInTheRealHierarchy() throws Exception {
    Path hierarchy = Files.isDirectory(UNIFIED) ? UNIFIED : Path.of("/sys/fs/cgroup");
    assumeTrue(Files.exists(hierarchy.resolve("cgroup.subtree_control")), "no cgroup2 mounted");
    Path tree = hierarchy.resolve(CgroupTrees.uniqueName());
    Path directory = Files.createDirectories(tree.resolve("a"));
    Files.createDirectories(directory.resolve("below"));
    Cgroup group = new CgroupV2(directory, TimeSource.system());
    Process one = CgroupTrees.shellIn(group, "while :; do sleep 0.01 & done");
    Process two =
        CgroupTrees.shellIn(
            new CgroupV2(directory.resolve("below"), TimeSource.system()), "sleep 1000");
    try {
      assertThat(group.isEmpty()).isFalse();
      assertThat(group.kill(Duration.ofSeconds(20))).isTrue();
      assertThat(group.isEmpty()).isTrue();
    } finally {
      one.destroyForcibly().waitFor();
      two.destroyForcibly().waitFor();
      group.remove();
      CgroupFiles.remove(tree, TimeSource.system());
    }
    assertThat(tree).doesNotExist();
    assertThat(group.isEmpty()).isTrue();
  }
}
