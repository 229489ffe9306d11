package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.CliCall;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** kill -9 of either side during a run: the true exit code and the complete output arrive. */
class CrashE2eTest {
  private static final int LINES = 60;
  private static final String SCRIPT =
      "i=0; while [ $i -lt " + LINES + " ]; do echo line $i; i=$((i+1)); sleep 0.1; done; exit 5";
  private static final String EXPECTED =
      IntStream.range(0, LINES).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());

  private final Fleet fleet = Fleet.get();
  private final Stack stack = fleet.stack;

  @Test
  void theAgentIsKilledDuringARun() throws InterruptedException {
    AgentHost host = fleet.two;
    CliCall call = startOn(host);
    host.daemon().kill();
    host.start();
    expectAll(call);
  }

  @Test
  void theControllerIsKilledDuringARun() throws InterruptedException {
    CliCall call = startOn(fleet.three);
    stack.controller().kill();
    stack.restartController();
    expectAll(call);
    stack.awaitConnected("one");
    stack.awaitConnected("two");
  }

  @Test
  void workOfAnOfflineHostWaitsForIt() throws InterruptedException {
    AgentHost host = fleet.two;
    host.daemon().stop();
    CliResult detached =
        stack.cli("run", "--host", host.name(), "--detach", "--", "/bin/echo", "late");
    assertThat(detached.exitCode()).as(detached::toString).isZero();
    String job = detached.text().strip();
    host.start();
    CliResult watched = stack.cli("job", "watch", job);
    assertThat(watched.exitCode()).as(watched::toString).isZero();
    assertThat(stack.cli("job", "logs", job).text()).isEqualTo("late\n");
  }

  private CliCall startOn(AgentHost host) throws InterruptedException {
    stack.awaitConnected(host.name());
    CliCall call =
        stack.cliCall(List.of("run", "--host", host.name(), "--", "/bin/sh", "-c", SCRIPT));
    Stack.await("first output", () -> call.stdoutSoFar().contains("line 3"));
    return call;
  }

  private static void expectAll(CliCall call) {
    CliResult result = call.result();
    assertThat(result.text()).as(result::toString).isEqualTo(EXPECTED);
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.stderr()).contains("5");
  }
}
