package dev.hostler.agent.sandbox.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hostler.common.time.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** This machine's cgroups, whichever version it has. */
class RealCgroupsTest {
  private static final CgroupLimits LIMITS = new CgroupLimits(64 << 20, 0, 500, 30);
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private Cgroups cgroups;

  @BeforeEach
  void detect() throws Exception {
    cgroups = Cgroups.detect(CgroupSettings.ofHost(CgroupTrees.uniqueName()), TimeSource.system());
  }

  @AfterEach
  void removeTree() throws Exception {
    cgroups.removeTree();
  }

  @Test
  void limitsReachTheKernel() throws Exception {
    Cgroup group = cgroups.create("a.1", LIMITS);

    assertThat(cgroups.names()).containsExactly("a.1");
    assertThat(group.version()).isEqualTo(cgroups.version());
    if (cgroups.version() == 1) {
      assertThat(value(group, "memory.limit_in_bytes")).isEqualTo("67108864");
      assertThat(value(group, "memory.memsw.limit_in_bytes")).isEqualTo("67108864");
      assertThat(value(group, "cpu.cfs_quota_us")).isEqualTo("50000");
    } else {
      assertThat(value(group, "memory.max")).isEqualTo("67108864");
      assertThat(value(group, "cpu.max")).isEqualTo("50000 100000");
    }
    assertThat(value(group, "pids.max")).isEqualTo("30");
    group.remove();
    assertThat(cgroups.names()).isEmpty();
    group.remove();
  }

  @Test
  void disksAndTheShareOfTheCpuAreLimited() throws Exception {
    Cgroup group =
        cgroups.create(
            "disks",
            new CgroupLimits(
                64 << 20, 0, 0, 30, 50, new CgroupLimits.DiskLimits(4 << 20, 1 << 20)));
    boolean first = group.version() == 1;
    assertThat(value(group, first ? "cpu.shares" : "cpu.weight")).isEqualTo(first ? "512" : "50");
    for (String disk : new Disks(Path.of("/sys/block")).numbers()) {
      if (first) {
        assertThat(value(group, "blkio.throttle.read_bps_device")).contains(disk + " 4194304");
        assertThat(value(group, "blkio.throttle.write_bps_device")).contains(disk + " 1048576");
      } else {
        assertThat(value(group, "io.max")).contains(disk + " rbps=4194304 wbps=1048576");
      }
    }
    group.remove();
  }

  private static String value(Cgroup group, String file) throws Exception {
    for (Path directory : group.directories()) {
      if (Files.exists(directory.resolve(file))) {
        return Files.readString(directory.resolve(file)).strip();
      }
    }
    return "";
  }

  @Test
  void aGroupIsMadeOnce() throws Exception {
    Cgroup group = cgroups.create("twice", LIMITS);

    assertThatThrownBy(() -> cgroups.create("twice", LIMITS))
        .hasMessageContaining("exists already");
    assertThat(cgroups.names()).containsExactly("twice");
    group.remove();
  }

  @Test
  void killReachesProcessesThatForkAllTheTime() throws Exception {
    Cgroup group = cgroups.create("forks", LIMITS);
    Process shell =
        CgroupTrees.shellIn(
            group, "f() { sleep 0.01 & f & }; for i in 1 2 3 4 5; do f; done; sleep 1000");
    await().until(() -> !group.isEmpty());
    await().until(() -> group.counters().pidsDenied().orElse(0) > 0);

    assertThat(group.kill(LIMIT)).isTrue();

    assertThat(group.isEmpty()).isTrue();
    assertThat(shell.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(group.counters().cpuMicros().orElseThrow()).isPositive();
    assertThat(group.counters().memoryPeakBytes().orElseThrow()).isPositive();
    assertThat(group.counters().oomKills()).hasValue(0);
    group.remove();
  }

  @Test
  void killReachesGroupsBelow() throws Exception {
    Cgroup group = cgroups.create("nested", LIMITS);
    assumeTrue(cgroups.version() == 1, "v2 allows no processes beside groups with controllers");
    for (Path directory : group.directories()) {
      Files.createDirectory(directory.resolve("below"));
    }
    Process shell = CgroupTrees.shellIn(cgroups.open("nested/below"), "sleep 1000");

    assertThat(group.isEmpty()).isFalse();
    assertThat(group.kill(LIMIT)).isTrue();
    shell.waitFor();
    group.remove();

    assertThat(cgroups.names()).isEmpty();
  }

  @Test
  void killGivesUpWhenTimeIsUp() throws Exception {
    Cgroup group = cgroups.create("stubborn", LIMITS);
    Process shell = CgroupTrees.shellIn(group, "sleep 1000");

    assertThat(group.kill(Duration.ZERO)).isFalse();
    assertThatThrownBy(group::remove).hasMessageContaining("cannot remove cgroup");

    assertThat(group.kill(LIMIT)).isTrue();
    shell.waitFor();
    group.remove();
  }

  @Test
  void aGroupThatIsGoneIsEmpty() throws Exception {
    Cgroup group = cgroups.open("never");

    assertThat(group.isEmpty()).isTrue();
    assertThat(group.kill(LIMIT)).isTrue();
    assertThat(group.counters()).isEqualTo(CgroupCounters.UNKNOWN);
    group.remove();
    assertThat(group.toString()).contains("never");
  }

  @Test
  void nothingIsLeftOfAGroupThatCannotBeLimited() throws Exception {
    // The kernel takes no limit of 2^63-1 plus swap: the sum overflows.
    CgroupLimits impossible = new CgroupLimits(Long.MAX_VALUE, Long.MAX_VALUE, 0, 10);
    assumeTrue(cgroups.version() == 1);

    assertThatThrownBy(() -> cgroups.create("impossible", impossible))
        .hasMessageContaining("memsw");
    assertThat(cgroups.names()).isEmpty();
  }
}
