package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.CliCall;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The fleet CA is replaced while work runs and one host is away for part of it, for longer than its
 * certificate lives. Nobody touches a host; nothing is lost.
 */
class RotationE2eTest {
  private static final int LINES = 300;
  private static final String SCRIPT =
      "i=0; while [ $i -lt " + LINES + " ]; do echo line $i; i=$((i+1)); sleep 0.1; done; exit 3";
  private static final String EXPECTED =
      IntStream.range(0, LINES).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());

  @Test
  void aWholeFleetMovesToANewCa() throws Exception {
    Path data = Files.createTempDirectory("hostler-rotation-");
    try (Stack stack =
        Stack.start(Stack.checkout(), data, "agent_certificate_lifetime = \"20s\"\n")) {
      AgentHost there = stack.addAgent("there");
      AgentHost away = stack.addAgent("away");
      Path certificate = away.folder().resolve("state/identity/current/host.crt");
      away.daemon().stop();
      String before = Files.readString(certificate);
      String serial = Files.readString(current(there));

      CliCall call =
          stack.cliCall(List.of("run", "--host", "there", "--", "/bin/sh", "-c", SCRIPT));
      Stack.await("first output", () -> call.stdoutSoFar().contains("line 3"));
      CliResult begun = stack.cli("ca", "rotate", "-o", "json");
      assertThat(begun.exitCode()).as(begun::toString).isZero();
      Stack.await(
          "the connected host has moved",
          () -> stack.cli("ca", "show", "-o", "json").text().matches("(?s).*\"moved\" ?: ?1,.*"));
      assertThat(read(current(there))).as("renewed").isNotEqualTo(serial);
      CliResult refused = stack.cli("ca", "rotate", "--finish");
      assertThat(refused.exitCode()).as(refused::toString).isEqualTo(2);
      assertThat(refused.stderr()).contains("1 host(s) have not moved", "away");

      // The work went on, through the renewals of 20-second certificates and their new streams.
      CliResult result = call.result();
      assertThat(result.text()).as(result::toString).isEqualTo(EXPECTED);
      assertThat(result.stderr()).contains("3");

      // 30 s of output later the certificate of the host that was away is long over.
      assertThat(read(certificate)).isEqualTo(before);
      away.start();
      stack.awaitConnected("away");
      Stack.await(
          "the other host has moved",
          () -> stack.cli("ca", "show", "-o", "json").text().matches("(?s).*\"moved\" ?: ?2,.*"));
      CliResult finished = stack.cli("ca", "rotate", "--finish", "-o", "json");
      assertThat(finished.exitCode()).as(finished::toString).isZero();
      assertThat(finished.text()).contains("\"rotating\": false");

      stack.controller().stop();
      stack.restartController();
      there.daemon().stop();
      there.start();
      for (String host : List.of("there", "away")) {
        stack.awaitConnected(host);
        CliResult run = stack.cli("run", "--host", host, "--", "/bin/echo", "still here");
        assertThat(run.text()).as(run::toString).isEqualTo("still here\n");
      }
    } finally {
      remove(data);
    }
  }

  private static Path current(AgentHost host) {
    return host.folder().resolve("state/identity/current/host.crt");
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file);
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
