package dev.hostler.agent.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMeterTest {
  @TempDir Path root;

  private void file(String name, String content) throws Exception {
    Path file = root.resolve("proc").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  @Test
  void countersAreToldByWhatTheyGrewAndNumbersAsTheyWere() throws Exception {
    file("stat", "cpu  100 10 50 9999 77 1 2 3 40 0\ncpu0 1 1 1 1\n");
    file("meminfo", "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    400 kB\n");
    file("loadavg", "2.05 1.77 2.10 4/113 16071\n");
    file("sys/fs/file-nr", "597\t0\t2466177\n");
    file("net/sockstat", "sockets: used 12\nTCP: inuse 1\n");
    file("vmstat", "nr_free 5\npgpgin 100\npgpgout 200\n");
    file("pressure/cpu", "some avg10=1.00 total=1000\n");
    file("pressure/memory", "some avg10=1.00 total=2000\n");
    file("pressure/io", "some avg10=1.00 total=3000\n");
    HostMeter meter = new HostMeter(root, root, 1_000);

    file("stat", "cpu  150 10 50 10999 177 1 2 3 40 0\ncpu0 1 1 1 1\n");
    file("vmstat", "nr_free 5\npgpgin 101\npgpgout 204\n");
    file("pressure/io", "some avg10=1.00 total=3500\n");
    meter.sample();
    UsageWindow window = meter.window(5_000);

    assertThat(window.nanos()).isEqualTo(4_000);
    assertThat(window.cpuMicros()).isEqualTo(50 * 10_000);
    assertThat(window.memoryBytes()).isEqualTo(600 * 1024);
    assertThat(window.memoryLimitBytes()).isEqualTo(1000 * 1024);
    assertThat(window.threads()).isEqualTo(113);
    assertThat(window.files()).isEqualTo(597);
    assertThat(window.sockets()).isEqualTo(12);
    assertThat(window.readBytes()).isEqualTo(1024);
    assertThat(window.writtenBytes()).isEqualTo(4096);
    assertThat(window.cpuStalledMicros()).isZero();
    assertThat(window.memoryStalledMicros()).isZero();
    assertThat(window.ioStalledMicros()).isEqualTo(500);
    assertThat(window.periods()).isEqualTo(-1);
    assertThat(window.diskBytes()).isPositive();
    assertThat(window.diskUsedBytes()).isBetween(1L, window.diskBytes());
    meter.sample();
    assertThat(meter.window(6_000))
        .satisfies(next -> {
          assertThat(next.cpuMicros()).isZero();
          assertThat(next.nanos()).isEqualTo(1_000);
        });
  }

  @Test
  void withoutAnyFileNothingIsKnown() {
    HostMeter meter = new HostMeter(root, root.resolve("none"), 0);
    meter.sample();
    UsageWindow window = meter.window(1);
    assertThat(window.cpuMicros()).isEqualTo(-1);
    assertThat(window.memoryBytes()).isEqualTo(-1);
    assertThat(window.ioStalledMicros()).isEqualTo(-1);
    assertThat(window.diskBytes()).isEqualTo(-1);
  }

  @Test
  void thisMachineTellsAllThatMatters() {
    HostMeter meter = new HostMeter(Path.of("/"), root, 0);
    meter.sample();
    UsageWindow window = meter.window(1);
    assertThat(window.memoryBytes()).isBetween(1L << 20, window.memoryLimitBytes());
    assertThat(window.threads()).isPositive();
    assertThat(window.cpuMicros()).isNotNegative();
  }
}
