package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The programs start with the classes that the build keeps for them, not without a word without.
 */
class StartTest {
  private record Run(int exitCode, String output) {}

  private static Run run(String program, String options, String argument)
      throws IOException, InterruptedException {
    Path file = Stack.checkout().resolve("bin").resolve(program);
    ProcessBuilder builder =
        new ProcessBuilder(file.toString(), argument).redirectErrorStream(true);
    builder.environment().putAll(Map.of("HOSTLER_JAVA_OPTS", options));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  @Test
  void theCommandUsesItsCache() throws Exception {
    // With "on", the JVM ends if the cache does not fit its class path.
    Run run = run("hostler", "-XX:AOTMode=on", "--version");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.output()).startsWith("hostler ");
  }

  @Test
  void theAgentUsesItsArchive() throws Exception {
    Run run = run("hostler-agent", "-Xshare:on", "--help");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.output()).contains("hostler-agent");
  }

  @Test
  void anAgentWithAnotherClassPathSaysNothing() throws Exception {
    Run run = run("hostler-agent", "-Xshare:auto -Xbootclasspath/a:/nonexistent", "--help");
    assertThat(run.exitCode()).as(run::toString).isZero();
    assertThat(run.output()).doesNotContain("[error]");
  }
}
