package dev.hostler.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A run outlives the agent, and the next agent finds it in whatever state it is. */
class RestartTest {
  private static SandboxHost host;

  @BeforeAll
  static void open() throws Exception {
    host = new SandboxHost();
  }

  @AfterAll
  static void close() throws Exception {
    host.close();
  }

  private static SandboxedRun reattach(SandboxSpec spec, RunListener listener) throws Exception {
    return host.sandbox.reattach(spec.attempt(), host.directory(spec.attempt()), listener);
  }

  private static ProcessHandle supervisor(SandboxSpec spec) throws Exception {
    return Supervisors.find(host.directory(spec.attempt()).resolve("spec")).orElseThrow();
  }

  @Test
  void aRunThatGoesOnIsFollowedToItsEnd() throws Exception {
    SandboxSpec spec =
        host.sh(
            "echo one; while [ ! -e /tmp/never ] && [ $((i=i+1)) -lt 20 ]; do sleep 0.05; done; echo two; exit 5");
    Signals first = new Signals();
    SandboxedRun before = host.start(spec, first);
    first.awaitStdout();
    before.detach();
    Signals second = new Signals();

    SandboxedRun after = reattach(spec, second);
    RunRecord ended = SandboxHost.end(after);

    assertThat(ended.exitCode()).hasValue(5);
    assertThat(ended.outcome()).isEqualTo(RunOutcome.EXITED);
    assertThat(host.stdout(spec)).isEqualTo("one\ntwo\n");
    assertThat(second.heard()).startsWith("started", "stdout").endsWith("ended");
    assertThat(before.ended()).isNotDone();
    assertThat(first.heard()).doesNotContain("ended");
    assertThat(host.cgroups.names()).doesNotContain(spec.attempt());
  }

  @Test
  void aRunThatGoesOnCanBeCancelled() throws Exception {
    SandboxSpec spec = host.sh("echo ready; sleep 1000");
    Signals signals = new Signals();
    SandboxedRun before = host.start(spec, signals);
    signals.awaitStdout();
    before.detach();

    SandboxedRun after = reattach(spec, RunListener.NONE);
    after.cancel();

    assertThat(SandboxHost.end(after).outcome()).isEqualTo(RunOutcome.CANCELLED);
  }

  @Test
  void whoHasLetGoDoesNotCancel() throws Exception {
    SandboxSpec spec = host.sh("echo ready; sleep 0.3; exit 4");
    Signals signals = new Signals();
    SandboxedRun before = host.start(spec, signals);
    signals.awaitStdout();
    before.detach();

    before.cancel();
    RunRecord ended = SandboxHost.end(reattach(spec, RunListener.NONE));

    assertThat(ended.outcome()).isEqualTo(RunOutcome.EXITED);
    assertThat(ended.exitCode()).hasValue(4);
  }

  @Test
  void aRunThatEndedMeanwhileHasItsRecord() throws Exception {
    SandboxSpec spec = host.sh("echo out; exit 9");
    host.start(spec).detach();
    await()
        .atMost(SandboxHost.PATIENCE)
        .until(() -> Files.exists(host.directory(spec.attempt()).resolve("result")));
    Signals signals = new Signals();

    RunRecord ended = SandboxHost.end(reattach(spec, signals));

    assertThat(ended.exitCode()).hasValue(9);
    assertThat(signals.heard()).containsExactly("started", "stdout", "ended");
    assertThat(host.cgroups.names()).doesNotContain(spec.attempt());
  }

  @Test
  void aDeadSupervisorIsReportedOnceEverythingIsGone() throws Exception {
    SandboxSpec spec = host.sh("sleep 1000 & echo ready; sleep 1000");
    Signals signals = new Signals();
    SandboxedRun run = host.start(spec, signals);
    signals.awaitStdout();

    supervisor(spec).destroyForcibly();
    RunRecord ended = SandboxHost.end(run);

    assertThat(ended.end()).isInstanceOf(RunEnd.SupervisorDied.class);
    assertThat(ended.outcome()).isEqualTo(RunOutcome.SANDBOX_FAILED);
    assertThat(ended.message()).contains("supervisor", "137");
    assertThat(ended.startedAt()).isPresent();
    assertThat(ended.stdout().keptBytes()).isEqualTo(6);
    assertThat(host.cgroups.names()).doesNotContain(spec.attempt());
  }

  @Test
  void aSupervisorThatDiedWithTheAgentIsReported() throws Exception {
    SandboxSpec spec = host.sh("echo ready; sleep 1000");
    Signals signals = new Signals();
    SandboxedRun before = host.start(spec, signals);
    signals.awaitStdout();
    before.detach();
    ProcessHandle shim = supervisor(spec);
    shim.destroyForcibly();
    shim.onExit().get(10, TimeUnit.SECONDS);

    RunRecord ended = SandboxHost.end(reattach(spec, RunListener.NONE));

    assertThat(ended.end()).isInstanceOf(RunEnd.SupervisorDied.class);
    assertThat(ended.use().cpuMicros()).isPresent();
    assertThat(host.cgroups.names()).doesNotContain(spec.attempt());
  }

  @Test
  void aRunThatWasNeverStartedHasNoSupervisor() throws Exception {
    Path directory = Files.createDirectories(host.directory("never"));

    RunRecord ended = SandboxHost.end(host.sandbox.reattach("never", directory, RunListener.NONE));

    assertThat(ended.end()).isInstanceOf(RunEnd.SupervisorDied.class);
    assertThat(ended.startedAt()).isEmpty();
    assertThat(ended.stdout().keptBytes()).isZero();
  }

  @Test
  void aProgramCannotPoseAsASupervisor() throws Exception {
    Probe probe = new Probe(host);
    Path victim = host.directory("victim").resolve("spec");
    SandboxSpec spec = probe.spec(victim.toString());
    Signals signals = new Signals();
    SandboxedRun run = host.start(spec, signals);
    signals.awaitStdout();

    Optional<ProcessHandle> found = Supervisors.find(victim);
    run.kill();
    SandboxHost.end(run);

    assertThat(found).isEmpty();
  }

  @Test
  void aKilledAgentLosesNothing() throws Exception {
    String attempt = host.attempt();
    Path directory = host.directory(attempt);
    Process agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                AgentStandIn.class.getName(),
                host.cgroups
                    .open("x")
                    .directories()
                    .getFirst()
                    .getParent()
                    .getFileName()
                    .toString(),
                host.state.toString(),
                attempt,
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(agent.getInputStream().read()).isEqualTo('s');
    agent.destroyForcibly().waitFor();

    RunRecord ended = SandboxHost.end(host.sandbox.reattach(attempt, directory, RunListener.NONE));

    assertThat(ended.exitCode()).hasValue(42);
    assertThat(Files.readString(directory.resolve("stdout")).lines())
        .hasSize(200)
        .last()
        .isEqualTo("line 200");
    assertThat(host.cgroups.names()).doesNotContain(attempt);
  }

  @Test
  void leftoversAreListedAndRemoved() throws Exception {
    SandboxSpec spec = host.sh("echo ready; sleep 1000");
    Signals signals = new Signals();
    SandboxedRun run = host.start(spec, signals);
    signals.awaitStdout();
    run.detach();

    assertThat(host.sandbox.remaining()).contains(spec.attempt());
    host.sandbox.remove(spec.attempt());

    assertThat(host.sandbox.remaining()).doesNotContain(spec.attempt());
    await()
        .atMost(SandboxHost.PATIENCE)
        .until(() -> Supervisors.find(host.directory(spec.attempt()).resolve("spec")).isEmpty());
    assertThat(
            List.of(Files.readString(host.directory(spec.attempt()).resolve("result")).split("\n")))
        .contains("reason=killed");
  }
}
