package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.bench.Exhaustion;
import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fifty programs at once that fork, and fill memory, scratch, output and descriptors. */
class ExhaustionE2eTest {
  @TempDir Path data;

  @Test
  void theAgentStaysLivelyAndEachAttemptEndsForItsReason() throws Exception {
    try (Stack stack = Stack.start(Stack.checkout(), data, Exhaustion.CONTROLLER)) {
      AgentHost host = stack.addAgent("exhausted", Exhaustion.AGENT);
      Exhaustion.Report report = Exhaustion.run(stack, host, 10);

      assertThat(report.wrong()).as(report.toString()).isEmpty();
      assertThat(report.ended())
          .hasSize(5)
          .allSatisfy((_, count) -> assertThat(count).isEqualTo(10));
      assertThat(report.latestHeartbeat()).isLessThan(Duration.ofSeconds(2));
      assertThat(report.probes()).isGreaterThan(3);
      assertThat(report.left()).isEmpty();
      notProtectedAsTheAgentIs(stack, host);
    }
  }

  private static void notProtectedAsTheAgentIs(Stack stack, AgentHost host) throws Exception {
    CliResult score =
        stack.cli("run", "--host", host.name(), "--", "cat", "/proc/self/oom_score_adj");
    assertThat(score.text()).as(score::toString).isEqualTo("0\n");
    String agent =
        Files.readString(Path.of("/proc", Long.toString(host.daemon().pid()), "oom_score_adj"));
    boolean may =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("CapEff:"))
            .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
            .anyMatch(capabilities -> (capabilities & 1L << 24) != 0); // CAP_SYS_RESOURCE
    assertThat(agent.strip()).isEqualTo(may ? "-900" : "0");
  }
}
