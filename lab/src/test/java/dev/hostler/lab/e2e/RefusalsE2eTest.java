package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import org.junit.jupiter.api.Test;

/** Bad input, as an operator sees it: a clear message and the documented exit code. */
class RefusalsE2eTest {
  private final Stack stack = Fleet.get().stack;

  private void refused(int exitCode, String message, String... arguments) {
    CliResult result = stack.cli(arguments);
    assertThat(result.exitCode()).as(result::toString).isEqualTo(exitCode);
    assertThat(result.stderr()).as(result::toString).contains(message);
    assertThat(result.text()).isEmpty();
  }

  @Test
  void anUnknownHost() {
    refused(2, "nowhere", "run", "--host", "nowhere", "--", "/bin/true");
  }

  @Test
  void anUnknownBundle() {
    refused(2, "no-bundle", "run", "--host", "one", "no-bundle", "go");
  }

  @Test
  void anEmptyTargetSet() {
    refused(2, "no host", "run", "-t", "labels.lab == \"none\"", "--", "/bin/true");
  }

  @Test
  void aSelectorThatDoesNotParseIsPointedAt() {
    refused(2, "^", "run", "-t", "labels.lab == ", "--", "/bin/true");
  }

  @Test
  void aBadEnvironmentName() {
    refused(2, "1X", "run", "--host", "one", "--env", "1X=y", "--", "/bin/true");
  }

  @Test
  void anUnknownOption() {
    refused(2, "--hots", "run", "--hots", "one", "--", "/bin/true");
  }
}
