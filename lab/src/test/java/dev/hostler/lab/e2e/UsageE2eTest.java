package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliCall;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What programs use, as the operator sees it while they run and afterwards. */
class UsageE2eTest {
  private final Stack stack = Fleet.get().stack;

  @Test
  void whatRunsIsInTopAndItsResultSaysWhatItUsed() throws Exception {
    CliCall running =
        stack.cliCall(
            List.of(
                "run",
                "--host",
                "one",
                "--",
                "/bin/bash",
                "-c",
                ": usage-e2e; end=$((SECONDS+15)); while [ $SECONDS -lt $end ]; do :; done"));
    Stack.await(
        "it is in top",
        () -> {
          String top = stack.cli("top", "--sort", "cpu", "-o", "json").text();
          return top.contains("usage-e2e") && top.contains("\"memory_limit_bytes\"");
        });
    assertThat(stack.cli("top").text())
        .contains("hosts connected", "usage-e2e", "HEALTH")
        .contains("one");
    CliResult result = running.result();
    assertThat(result.exitCode()).as(result::toString).isZero();
    String job = result.stderr().replaceAll("(?s).*\\(job ([0-9a-f-]{36})\\).*", "$1");
    assertThat(stack.cli("job", "show", job, "-o", "json").text())
        .contains("\"usage\": {", "\"cpus_peak\": ", "\"processes_peak\": ", "\"files_peak\": ");
    CliResult usage = stack.cli("usage", "one", "--since", "10m");
    assertThat(usage.text()).contains("CPUs", "(commands)", "P-MEM");
    assertThat(stack.cli("usage", "one", "-o", "json").text()).contains("\"memory_peak_bytes\"");
  }

  @Test
  void rulesAreSetAndRemovedAndLeaveAuditRows() {
    CliResult set =
        stack.cli(
            "alert", "set", "e2e-busy", "--metric", "threads", "--above", "1", "--window", "30s");
    assertThat(set.exitCode()).as(set::toString).isZero();
    assertThat(stack.cli("alert", "rules").text()).contains("e2e-busy", "host-disk-trend");
    assertThat(stack.cli("alert", "remove", "e2e-busy").exitCode()).isZero();
    assertThat(stack.cli("audit", "list", "--verb", "alert.*").text())
        .contains("alert.set", "alert.remove");
  }
}
