package dev.hostler.agent.sandbox.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.time.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which hierarchy is chosen, and what is refused. */
class CgroupMountsTest {
  @TempDir Path root;

  private CgroupMounts mounts(String... lines) throws Exception {
    return CgroupMounts.read(
        Files.writeString(root.resolve("mountinfo"), String.join("\n", lines)));
  }

  @Test
  void controllersMountedTogetherShareADirectory() throws Exception {
    CgroupMounts mounts =
        mounts(
            "34 24 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
            "35 24 0:30 / /sys/fs/my\\040cgroup rw shared:1 - cgroup cgroup rw,memory",
            "36 24 0:31 / / rw - ext4 /dev/sda rw",
            "odd line");

    assertThat(mounts.v1())
        .containsEntry("cpu", Path.of("/sys/fs/cgroup/cpu,cpuacct"))
        .containsEntry("cpuacct", Path.of("/sys/fs/cgroup/cpu,cpuacct"))
        .containsEntry("memory", Path.of("/sys/fs/my cgroup"));
    assertThat(mounts.v2()).isEmpty();
    assertThat(mounts.hasUsableV2()).isFalse();
  }

  @Test
  void aHybridWithoutControllersInV2UsesV1() throws Exception {
    Path unified = Files.createDirectory(root.resolve("unified"));
    Files.writeString(unified.resolve("cgroup.controllers"), "hugetlb\n");

    CgroupMounts mounts = mounts("40 1 0:1 / " + unified + " rw - cgroup2 cgroup rw");

    assertThat(mounts.v2()).hasValue(unified);
    assertThat(mounts.hasUsableV2()).isFalse();
  }

  @Test
  void missingControllersAreNamed() throws Exception {
    Files.writeString(
        root.resolve("mountinfo"), "34 24 0:29 / " + root + "/m rw - cgroup cgroup rw,memory");
    CgroupSettings settings =
        new CgroupSettings(
            "x", root.resolve("mountinfo"), root.resolve("self"), root.resolve("swaps"), root);

    assertThatThrownBy(() -> Cgroups.detect(settings, TimeSource.system()))
        .isInstanceOf(CgroupUnsupportedException.class)
        .hasMessageContaining("[pids, freezer]");
    assertThat(root.resolve("m")).doesNotExist();
  }

  @Test
  void aCpuLimitNeedsTheController() throws Exception {
    List<String> lines =
        List.of("memory", "pids", "freezer").stream()
            .map(name -> "1 1 0:1 / " + root + "/" + name + " rw - cgroup cgroup rw," + name)
            .toList();
    Files.write(root.resolve("mountinfo"), lines);
    Cgroups cgroups =
        Cgroups.detect(
            new CgroupSettings("x", root.resolve("mountinfo"), root, root.resolve("swaps"), root),
            TimeSource.system());

    assertThatThrownBy(() -> cgroups.create("a", new CgroupLimits(1, 0, 100, 1)))
        .isInstanceOf(CgroupUnsupportedException.class)
        .hasMessageContaining("cpu controller");
    assertThatThrownBy(() ->
            cgroups.create("a", new CgroupLimits(1, 0, 0, 1, 50, CgroupLimits.DiskLimits.NONE)))
        .isInstanceOf(CgroupUnsupportedException.class)
        .hasMessageContaining("cpu controller");
    assertThatThrownBy(() ->
            cgroups.create(
                "a", new CgroupLimits(1, 0, 0, 1, 100, new CgroupLimits.DiskLimits(0, 1 << 20))))
        .isInstanceOf(CgroupUnsupportedException.class)
        .hasMessageContaining("blkio controller");
    assertThat(cgroups.names()).isEmpty();
    assertThat(cgroups.open("a").counters().cpuMicros()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0,0,0,1,memoryBytes",
    "1,-1,0,1,swapBytes",
    "1,0,5,1,cpuMillis",
    "1,0,0,0,pids",
    "1,0,0,4194305,pids"
  })
  void limitsOutOfRangeAreRefused(long memory, long swap, long cpu, long pids, String field) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CgroupLimits(memory, swap, cpu, pids))
        .withMessageContaining(field);
  }

  @ParameterizedTest
  @CsvSource({"''", "..", "a/b", ".x"})
  void treesHavePlainNames(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> CgroupSettings.ofHost(name));
  }
}
