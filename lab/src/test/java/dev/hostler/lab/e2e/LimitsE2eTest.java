package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Limits that operators set, as programs on a host feel them and operators read of them. */
class LimitsE2eTest {
  private static final String HOG = "exec tail /dev/zero";

  private final Stack stack = Fleet.get().stack;

  @AfterEach
  void clear() {
    stack.cli("limits", "set", "--host", "three", "memory=none", "cpu_time=none");
  }

  private CliResult shell(String script, String... options) {
    String[] arguments = new String[options.length + 7];
    System.arraycopy(new String[] {"run", "--host", "three"}, 0, arguments, 0, 3);
    System.arraycopy(options, 0, arguments, 3, options.length);
    System.arraycopy(
        new String[] {"--", "/bin/sh", "-c", script}, 0, arguments, 3 + options.length, 4);
    return stack.cli(arguments);
  }

  @Test
  void aHostsPolicyAndAJobLowerWhatACommandMayUse() {
    CliResult set = stack.cli("limits", "set", "--host", "three", "memory=48MiB", "cpu_time=1m");
    assertThat(set.text()).as(set::toString).startsWith("The host three has: memory=48MiB");
    assertThat(stack.cli("limits", "list").text()).contains("three").contains("cpu_time=1m");
    assertThat(stack.cli("limits", "show", "--host", "three").text())
        .containsPattern("memory +48MiB +host policy");

    CliResult policy = shell(HOG);
    assertThat(policy.exitCode()).as(policy::toString).isEqualTo(1);
    assertThat(policy.stderr())
        .contains("out of memory")
        .contains("ended by its limit of memory, 48MiB (of a policy, see `hostler limits show`)");

    CliResult job = shell(HOG, "--limit", "memory=32MiB");
    assertThat(job.stderr()).as(job::toString).contains("memory, 32MiB (of the job)");

    CliResult higher = shell(HOG, "--limit", "memory=1GiB");
    assertThat(higher.stderr()).as("never raised").contains("memory, 48MiB");

    CliResult time = shell("while :; do :; done", "--limit", "cpu_time=500ms");
    assertThat(time.stderr()).as(time::toString).contains("cpu time, 500ms (of the job)");
  }

  @Test
  void whatWasReachedButEndedNothingIsNamedToo() {
    CliResult result =
        shell(
            "for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done; exit 3",
            "--limit",
            "pids=5",
            "-o",
            "json");
    assertThat(result.text()).as(result::toString).contains("\"limit\":\"pids\"");
  }
}
