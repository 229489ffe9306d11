package dev.hostler.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.sandbox.cgroup.CgroupLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How runs end, with the real launcher and kernel. */
class SandboxRunTest {
  private static final int SIGKILL = 9;
  private static SandboxHost host;

  @BeforeAll
  static void open() throws Exception {
    host = new SandboxHost();
  }

  @AfterAll
  static void close() throws Exception {
    host.close();
  }

  @Test
  void exitCodeAndOutputAreTheProgramsOwn() throws Exception {
    SandboxSpec spec = host.sh("echo out; echo err >&2; exit 7");

    RunRecord ended = host.run(spec);

    assertThat(ended.outcome()).isEqualTo(RunOutcome.EXITED);
    assertThat(ended.exitCode()).hasValue(7);
    assertThat(ended.signal()).isEmpty();
    assertThat(ended.message()).isEmpty();
    assertThat(host.stdout(spec)).isEqualTo("out\n");
    assertThat(host.stderr(spec)).isEqualTo("err\n");
    assertThat(ended.stdout()).isEqualTo(new StreamTotal(4, 0));
    assertThat(ended.stderr()).isEqualTo(new StreamTotal(4, 0));
    assertThat(ended.startedAt()).isPresent();
    assertThat(ended.endedAt()).isAfterOrEqualTo(ended.startedAt().orElseThrow());
    assertThat(ended.use().cpuMicros()).isPresent();
    assertThat(ended.use().memoryPeakBytes().orElseThrow()).isPositive();
    assertThat(ended.use().oomKills()).hasValue(0);
  }

  @Test
  void bytesOfOutputAreExact() throws Exception {
    SandboxSpec spec = host.sh("head -c 300000 /dev/zero; printf '\\377\\376no newline'");

    RunRecord ended = host.run(spec);

    byte[] stdout = Files.readAllBytes(host.directory(spec.attempt()).resolve("stdout"));
    assertThat(stdout)
        .hasSize(300_012)
        .endsWith(0xff, 0xfe, 'n', 'o', ' ', 'n', 'e', 'w', 'l', 'i', 'n', 'e');
    assertThat(ended.stdout().keptBytes()).isEqualTo(300_012);
  }

  @Test
  void outputPastTheCapIsCountedNotKept() throws Exception {
    SandboxSpec spec =
        host.sh("head -c 100000 /dev/zero; head -c 5000 /dev/zero >&2")
            .withOutput(new OutputCaps(1000, 5000));

    RunRecord ended = host.run(spec);

    assertThat(ended.exitCode()).hasValue(0);
    assertThat(ended.stdout()).isEqualTo(new StreamTotal(1000, 99_000));
    assertThat(ended.stderr()).isEqualTo(new StreamTotal(5000, 0));
    assertThat(Files.size(host.directory(spec.attempt()).resolve("stdout"))).isEqualTo(1000);
  }

  @Test
  void aProgramThatDoesNotExistIs127() throws Exception {
    for (String program : List.of("/no/such/program", "nosuchprogram", "/etc/hostname/x")) {
      RunRecord ended =
          host.run(
              host.defaults.spec(host.attempt(), List.of(program), Map.of(), Optional.empty()));

      assertThat(ended.outcome()).isEqualTo(RunOutcome.EXITED);
      assertThat(ended.exitCode()).hasValue(127);
      assertThat(ended.startedAt()).isEmpty();
      assertThat(ended.message()).contains(program);
    }
  }

  @Test
  void aProgramThatCannotBeExecutedIs126() throws Exception {
    Path directory = Files.createDirectory(host.root.resolve("programs"));
    Path garbage = Files.write(directory.resolve("garbage"), new byte[] {1, 2, 3});
    assertThat(garbage.toFile().setExecutable(true, false)).isTrue();
    for (String program : List.of("/etc/hostname", "/usr/bin", garbage.toString())) {
      SandboxSpec spec =
          host.defaults.spec(host.attempt(), List.of(program), Map.of(), Optional.empty());
      // Below /var/tmp nothing of the host is seen unless it is declared.
      FileView files = spec.files();
      RunRecord ended =
          host.run(
              spec.withFiles(
                  new FileView(
                      List.of(),
                      List.of(directory),
                      files.hidden(),
                      files.payload(),
                      files.tmpBytes())));

      assertThat(ended.exitCode()).describedAs(program + " " + ended).hasValue(126);
      assertThat(ended.outcome()).isEqualTo(RunOutcome.EXITED);
    }
  }

  @Test
  void aSignalOfItsOwnIsReported() throws Exception {
    RunRecord ended = host.run(host.sh("kill -SEGV $$"));

    assertThat(ended.outcome()).isEqualTo(RunOutcome.SIGNALED);
    assertThat(ended.signal()).hasValue(11);
    assertThat(ended.exitCode()).isEmpty();
  }

  @Test
  void exitCode137AloneIsNotOutOfMemory() throws Exception {
    RunRecord ended = host.run(host.sh("exit 137"));

    assertThat(ended.outcome()).isEqualTo(RunOutcome.EXITED);
    assertThat(ended.exitCode()).hasValue(137);
  }

  @Test
  void outOfMemoryComesFromTheKernelsCounter() throws Exception {
    SandboxSpec spec =
        host.sh("exec tail /dev/zero").withLimits(new CgroupLimits(32 << 20, 0, 0, 64));

    RunRecord ended = host.run(spec);

    assertThat(ended.outcome()).isEqualTo(RunOutcome.OUT_OF_MEMORY);
    assertThat(ended.signal()).hasValue(SIGKILL);
    assertThat(ended.use().oomKills().orElseThrow()).isPositive();
    assertThat(ended.use().memoryPeakBytes().orElseThrow()).isBetween(30L << 20, 32L << 20);
  }

  @Test
  void timeUpEndsEveryProcess() throws Exception {
    SandboxSpec spec =
        host.sh("sleep 1000 & trap '' TERM; echo ready; sleep 1000; sleep 1000")
            .withTiming(new Timing(Duration.ofMillis(300), Duration.ofMillis(200)));

    RunRecord ended = host.run(spec);

    assertThat(ended.outcome()).isEqualTo(RunOutcome.TIMED_OUT);
    assertThat(ended.reason()).isEqualTo(StopReason.TIMEOUT);
    assertThat(Duration.between(ended.startedAt().orElseThrow(), ended.endedAt()))
        .isBetween(Duration.ofMillis(300), Duration.ofSeconds(10));
    assertThat(host.cgroups.names()).doesNotContain(spec.attempt());
  }

  @Test
  void cancelGivesTheProgramItsGrace() throws Exception {
    SandboxSpec spec =
        host.sh("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
    Signals signals = new Signals();
    SandboxedRun run = host.start(spec, signals);
    signals.awaitStdout();

    run.cancel();
    run.cancel();
    RunRecord ended = SandboxHost.end(run);

    assertThat(ended.outcome()).isEqualTo(RunOutcome.CANCELLED);
    assertThat(ended.exitCode()).hasValue(3);
    assertThat(host.stdout(spec)).isEqualTo("ready\nbye\n");
    assertThat(host.cgroups.names()).doesNotContain(spec.attempt());
  }

  @Test
  void cancelBeforeTheSupervisorListensIsNotLost() throws Exception {
    for (int i = 0; i < 20; i++) {
      SandboxedRun run = host.start(host.sh("sleep 1000"));
      run.cancel();

      RunRecord ended = SandboxHost.end(run);

      assertThat(ended.outcome()).describedAs("%s", ended).isEqualTo(RunOutcome.CANCELLED);
      assertThat(ended.exitCode()).isEmpty();
    }
  }

  @Test
  void killDoesNotWaitForTheGrace() throws Exception {
    Signals signals = new Signals();
    SandboxedRun run =
        host.start(host.sh("trap '' TERM; echo ready; while :; do sleep 0.05; done"), signals);
    signals.awaitStdout();

    run.kill();
    RunRecord ended = SandboxHost.end(run);

    assertThat(ended.reason()).isEqualTo(StopReason.KILLED);
    assertThat(ended.signal()).hasValue(SIGKILL);
  }

  @Test
  void whatItLeavesInTheBackgroundIsKilled() throws Exception {
    SandboxSpec spec = host.sh("setsid sleep 1000 & echo done");

    RunRecord ended = host.run(spec);

    assertThat(ended.exitCode()).hasValue(0);
    assertThat(host.stdout(spec)).isEqualTo("done\n");
    assertThat(host.cgroups.names()).doesNotContain(spec.attempt());
  }

  @Test
  void theListenerHearsOfEverythingAndOfTheEndLast() throws Exception {
    Signals signals = new Signals();

    SandboxedRun run = host.start(host.sh("echo a; echo b >&2; exit 0"), signals);
    RunRecord ended = SandboxHost.end(run);

    // Doorbells are hints: that of the first output may overtake that of the start.
    assertThat(signals.heard()).contains("started", "stdout", "stderr").endsWith("ended");
    assertThat(signals.record()).isEqualTo(ended);
  }

  @Test
  void aDirectoryIsUsedOnce() throws Exception {
    SandboxSpec spec = host.sh("true");
    host.run(spec);

    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> host.start(spec)))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("directory of its own");
    assertThat(host.cgroups.names()).doesNotContain(spec.attempt());
  }

  @Test
  void manyRunsAtOnceDoNotWaitForEachOther() throws Exception {
    List<SandboxedRun> runs = new java.util.ArrayList<>();
    for (int i = 0; i < 40; i++) {
      runs.add(host.start(host.sh("exec sleep 1000")));
    }
    RunRecord quick = host.run(host.sh("exit 6"));
    runs.forEach(SandboxedRun::cancel);

    assertThat(quick.exitCode()).hasValue(6);
    for (SandboxedRun run : runs) {
      assertThat(SandboxHost.end(run).outcome()).isEqualTo(RunOutcome.CANCELLED);
    }
  }
}
