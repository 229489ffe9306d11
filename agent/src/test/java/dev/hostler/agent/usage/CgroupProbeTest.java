package dev.hostler.agent.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both versions' files, as the kernel writes them. */
class CgroupProbeTest {
  @TempDir Path folder;
  private final ByteBuffer scratch = ByteBuffer.allocate(4096);

  private void file(String name, String content) throws Exception {
    Files.writeString(folder.resolve(name), content);
  }

  @Test
  void versionTwo() throws Exception {
    file(
        "cpu.stat",
        "usage_usec 500\nuser_usec 300\nsystem_usec 200\nnr_periods 10\nnr_throttled 4\n"
            + "throttled_usec 77\n");
    file("memory.current", "1000\n");
    file("memory.max", "2000\n");
    file("pids.current", "3\n");
    file("pids.peak", "9\n");
    file("cgroup.procs", "11\n12\n");
    file("io.stat", "8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2 rios=1\n");
    for (String what : new String[] {"cpu", "memory", "io"}) {
      file(
          what + ".pressure",
          "some avg10=0.00 avg60=0.00 avg300=0.00 total="
              + what.length()
              + "\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=99\n");
    }
    try (CgroupProbe probe = new CgroupProbe(new FolderGroup(2, folder))) {
      assertThat(probe.read(scratch))
          .isEqualTo(new Reading(500, 1000, 2, 3, 11, 22, 10, 4, 77, 3, 6, 2));
      assertThat(CgroupProbe.pids(scratch, 64)).containsExactly(11, 12);
      assertThat(probe.memoryLimit(scratch)).isEqualTo(2000);
      assertThat(probe.threadsPeak(scratch)).isEqualTo(9);
      assertThat(probe.userMicros(scratch)).isEqualTo(300);
      file("memory.max", "max\n");
      assertThat(probe.memoryLimit(scratch)).isEqualTo(-1);
    }
  }

  @Test
  void versionOne() throws Exception {
    file("cpuacct.usage", "500000\n");
    file("cpuacct.usage_user", "300000\n");
    file("cpu.stat", "nr_periods 10\nnr_throttled 4\nthrottled_time 77000\n");
    file("memory.usage_in_bytes", "1000\n");
    file("memory.limit_in_bytes", "9223372036854771712\n");
    file("pids.current", "3\n");
    file("cgroup.procs", "11\n");
    file(
        "blkio.throttle.io_service_bytes_recursive",
        "8:0 Read 10\n8:0 Write 20\n8:0 Sync 5\n8:0 Total 30\n8:16 Read 1\n8:16 Write 2\nTotal 33\n");
    try (CgroupProbe probe = new CgroupProbe(new FolderGroup(1, folder))) {
      assertThat(probe.read(scratch))
          .isEqualTo(new Reading(500, 1000, 1, 3, 11, 22, 10, 4, 77, -1, -1, -1));
      assertThat(probe.memoryLimit(scratch)).isEqualTo(-1);
      assertThat(probe.threadsPeak(scratch)).isEqualTo(-1);
      assertThat(probe.userMicros(scratch)).isEqualTo(300);
    }
  }

  @Test
  void whatAKernelDoesNotSayIsNotKnown() {
    try (CgroupProbe probe = new CgroupProbe(new FolderGroup(2, folder))) {
      assertThat(probe.read(scratch))
          .isEqualTo(new Reading(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
    }
  }
}
