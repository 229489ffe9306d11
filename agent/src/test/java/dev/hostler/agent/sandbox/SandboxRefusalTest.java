package dev.hostler.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.time.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What cannot be done leaves nothing running and nothing behind. */
class SandboxRefusalTest {
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
  void aRefusedPathMakesNothing() throws Exception {
    SandboxSpec spec = host.sh("true");
    SandboxSpec bad =
        spec.withFiles(
            new FileView(
                List.of(WritablePath.of(Path.of("/etc"))),
                List.of(),
                List.of(),
                Optional.empty(),
                4096));

    assertThatThrownBy(() -> host.start(bad)).isInstanceOf(SandboxUnsupportedException.class);
    assertThat(host.directory(spec.attempt())).doesNotExist();
    assertThat(host.cgroups.names()).doesNotContain(spec.attempt());
  }

  @Test
  void aLauncherThatCannotBeStartedLeavesNoCgroup() throws Exception {
    Path copy = Files.copy(SandboxHost.launcher(), host.root.resolve("launcher"));
    assertThat(copy.toFile().setExecutable(true)).isTrue();
    Sandbox sandbox = Sandbox.open(copy, host.state, host.cgroups, TimeSource.system());
    Files.delete(copy);
    SandboxSpec spec = host.sh("true");

    assertThatThrownBy(() -> sandbox.start(spec, host.directory(spec.attempt()), RunListener.NONE))
        .isInstanceOf(java.io.IOException.class);
    assertThat(host.cgroups.names()).doesNotContain(spec.attempt());
  }

  @Test
  void aSpecThatTheLauncherRefusesSaysWhy() throws Exception {
    // The launcher takes a path once only; the agent does not look into hidden and readable alike.
    Path bundle = Files.createDirectory(host.root.resolve("bundle"));
    SandboxSpec spec =
        host.defaults.spec(host.attempt(), List.of("true"), Map.of("A", "b"), Optional.of(bundle));
    Path hidden = Path.of("/run/hostler/bundle/x");
    FileView files = spec.files();

    RunRecord ended =
        host.run(
            spec.withFiles(
                new FileView(List.of(), List.of(), List.of(hidden), files.payload(), 4096)));

    assertThat(ended.outcome()).isEqualTo(RunOutcome.SANDBOX_FAILED);
    assertThat(ended.end()).isInstanceOf(RunEnd.NotStarted.class);
    assertThat(ended.message()).startsWith("spec: ").contains("hide", hidden.toString());
    assertThat(host.cgroups.names()).doesNotContain(spec.attempt());
  }

  @Test
  void aFailedStepOfTheSetUpIsReported() throws Exception {
    SandboxSpec spec = host.sh("true");
    SandboxSpec lost =
        new SandboxSpec(
            spec.attempt(),
            new Command(List.of("true"), Map.of(), "/no/such/directory"),
            spec.user(),
            spec.files(),
            spec.network(),
            spec.capabilities(),
            spec.limits(),
            spec.rlimits(),
            spec.seccomp(),
            spec.timing(),
            spec.output(),
            spec.hostname(),
            spec.onDenied());

    RunRecord ended = host.run(lost);

    assertThat(ended.outcome()).isEqualTo(RunOutcome.SANDBOX_FAILED);
    assertThat(ended.message()).startsWith("cwd: ").contains("/no/such/directory");
    assertThat(ended.exitCode()).isEmpty();
  }

  @Test
  void anUnreadableRecordIsAnError() throws Exception {
    String attempt = host.attempt();
    Path directory = Files.createDirectories(host.directory(attempt));
    Files.writeString(directory.resolve("result"), "version=1\nattempt=other\n");

    SandboxedRun run = host.sandbox.reattach(attempt, directory, RunListener.NONE);

    assertThatThrownBy(() -> SandboxHost.end(run))
        .hasCauseInstanceOf(SandboxException.class)
        .hasMessageContaining("not the record");
    assertThatThrownBy(() -> host.sandbox.reattach("../x", directory, RunListener.NONE))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
