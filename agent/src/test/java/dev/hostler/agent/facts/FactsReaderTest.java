package dev.hostler.agent.facts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FactsReaderTest {
  private static final Limits CAPS = Limits.of(Map.of(Limit.MEMORY, 64L << 20));

  @TempDir Path root;

  private void file(String path, String text) throws Exception {
    Files.createDirectories(root.resolve(path).getParent());
    Files.writeString(root.resolve(path), text);
  }

  @Test
  void readsWhatTheKernelAndTheDistributionSay() throws Exception {
    file("etc/os-release", "# x\nID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='Debian 12'\nODD\n");
    file("proc/sys/kernel/hostname", "web1\n");
    file("proc/sys/kernel/osrelease", "6.1.0\n");
    file("proc/sys/kernel/random/boot_id", "b-1\n");
    file("proc/meminfo", "MemTotal:       2048 kB\nMemFree: 1 kB\n");
    file("proc/stat", "cpu 1\nbtime 1700000000\n");
    FactsReader reader = new FactsReader(root, Map.of("a", "b"), "1.0", "v1", CAPS);
    HostFacts facts = reader.read();
    assertThat(facts.hostname()).isEqualTo("web1");
    assertThat(facts.osId()).isEqualTo("debian");
    assertThat(facts.osVersion()).isEqualTo("12");
    assertThat(facts.osName()).isEqualTo("Debian 12");
    assertThat(facts.kernel()).isEqualTo("6.1.0");
    assertThat(facts.memoryBytes()).isEqualTo(2048 * 1024);
    assertThat(facts.bootedAt()).isEqualTo(Instant.ofEpochSecond(1700000000));
    assertThat(facts.labels()).isEqualTo(Map.of("a", "b"));
    assertThat(facts.agentVersion()).isEqualTo("1.0");
    assertThat(facts.cgroupVersion()).isEqualTo("v1");
    assertThat(facts.limits()).isEqualTo(CAPS);
    assertThat(reader.bootId()).isEqualTo("b-1");
    assertThat(reader.read()).as("the same as long as nothing changes").isEqualTo(facts);
  }

  @Test
  void whatCannotBeReadIsEmpty() {
    HostFacts facts = new FactsReader(root, Map.of(), "1.0", "none", Limits.NONE).read();
    assertThat(facts.hostname()).isEmpty();
    assertThat(facts.osId()).isEmpty();
    assertThat(facts.memoryBytes()).isZero();
    assertThat(facts.bootedAt()).isNull();
  }

  @Test
  void knowsThisHost() {
    HostFacts facts = new FactsReader(Path.of("/"), Map.of(), "1.0", "none", Limits.NONE).read();
    assertThat(facts.cpus()).isPositive();
    assertThat(facts.memoryBytes()).isGreaterThan(1 << 20);
    assertThat(facts.arch()).isIn("x86_64", "aarch64");
    assertThat(facts.addresses())
        .allSatisfy(a -> assertThat(InetAddress.getByName(a).isLoopbackAddress()).isFalse());
  }
}
