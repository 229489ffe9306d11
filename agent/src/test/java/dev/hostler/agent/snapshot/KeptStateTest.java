package dev.hostler.agent.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.agent.state.HostState;
import dev.hostler.agent.state.ScriptedHost;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.bundle.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is no file, in snapshots: kept, compared and brought back with the files. */
class KeptStateTest {
  private static final String ID = "a.1";

  @TempDir Path folder;
  private Path config;
  private ScriptedHost host;
  private Snapshots snapshots;
  private SnapshotVerbs verbs;

  @BeforeEach
  void open() throws Exception {
    config = Files.writeString(folder.resolve("config"), "good");
    host = new ScriptedHost(folder.resolve("host")).systemd().has("file", "enabled");
    host.has("active", "active");
    parameter("0");
    snapshots =
        Snapshots.open(
            folder.resolve("store"),
            SnapshotProgram.beside(Sandbox.launcher()),
            SnapshotSettings.USUAL,
            HostState.below(folder.resolve("host")),
            TimeSource.system());
    verbs = new SnapshotVerbs(snapshots);
  }

  private Path parameter(String value) throws IOException {
    Path file = folder.resolve("host/proc/sys/vm/overcommit");
    Files.createDirectories(file.getParent());
    return Files.writeString(file, value + "\n");
  }

  /** An attempt that changed all. */
  private void attempt(String... state) throws Exception {
    snapshots.capture(
        SnapshotInfo.wanted(ID, "job", "ann", "web 1.0.0 set", true, List.of(config.toString())));
    snapshots.state().capture(ID, Stream.of(state).map(StateEntry::parse).toList());
    Files.writeString(config, "bad");
    host.has("file", "disabled").has("active", "inactive");
    parameter("1");
    snapshots.seal(ID);
    snapshots.state().seal(ID);
  }

  private int verb(String verb, boolean force) throws Exception {
    Path stdout = folder.resolve("stdout");
    Files.writeString(stdout, "");
    return verbs.run(verb, ID, force, stdout, folder.resolve("stderr"), _ -> {});
  }

  private String said() throws IOException {
    return Files.readString(folder.resolve("stdout"));
  }

  @Test
  void allIsComparedAndBroughtBack() throws Exception {
    attempt("systemd:web.service", "sysctl:vm.overcommit");
    assertThat(verb("diff", false)).isEqualTo(1);
    assertThat(said())
        .contains(
            config.toString(),
            "systemd:web.service: was \"enabled active\", is \"disabled inactive\"",
            "sysctl:vm.overcommit: was \"0\", is \"1\"");
    assertThat(verb("show", false)).isZero();
    assertThat(said()).contains("systemd:web.service \"enabled active\"");

    assertThat(verb("restore", false)).as(said()).isZero();
    assertThat(said()).contains("identical", "state: as it was");
    assertThat(config).hasContent("good");
    assertThat(host.now("file") + " " + host.now("active")).isEqualTo("enabled active");
    assertThat(parameter("0")).hasContent("0\n");
    assertThat(verb("diff", false)).isZero();
    assertThat(verb("restore", false)).as("again is the same as once").isZero();
  }

  @Test
  void anothersChangeIsAConflictBeforeAnythingIsDone() throws Exception {
    attempt("sysctl:vm.overcommit");
    Path file = parameter("2");
    assertThat(verb("restore", false)).isEqualTo(2);
    assertThat(said()).contains("conflict sysctl:vm.overcommit: was \"0\", is \"2\"", "refused");
    assertThat(config).hasContent("bad");
    assertThat(file).hasContent("2\n");
    assertThat(verb("restore", true)).isZero();
    assertThat(config).hasContent("good");
    assertThat(file).hasContent("0\n");
  }

  @Test
  void whatCannotBeBroughtBackIsToldAndTheRestGoesOn() throws Exception {
    attempt("systemd:web.service", "sysctl:vm.overcommit");
    host.has("start", "failed");
    assertThat(verb("restore", false)).isEqualTo(1);
    assertThat(said()).contains("systemd:web.service: not restored: is \"enabled inactive\"");
    assertThat(config).hasContent("good");
    assertThat(folder.resolve("host/proc/sys/vm/overcommit")).hasContent("0\n");
    host.has("start", "active");
    assertThat(verb("restore", false)).as(said()).isZero();
  }

  @Test
  void filesAreBroughtBackOnceMoreAfterPackages() throws Exception {
    host.program("dpkg-query", "[ -s version ] || exit 1; echo \"installed $(cat version)\"\n")
        .program("apt-get", "echo 1.0 > version; echo packaged > " + config + "\n")
        .has("version", "1.0");
    attempt("package:web");
    host.has("version", "2.0");
    snapshots.state().seal(ID);
    assertThat(verb("restore", true)).as(said()).isZero();
    assertThat(host.now("version")).isEqualTo("1.0");
    assertThat(config).hasContent("good");
  }

  @Test
  void anAttemptsOwnRollbackIsDoneOnce() throws Exception {
    attempt("sysctl:vm.overcommit");
    Snapshots.Restored files = snapshots.restore(ID);
    Snapshots.Restored all = snapshots.state().restoreWith(ID, snapshots, files);
    assertThat(all.identical()).isTrue();
    assertThat(all.text()).endsWith("; state too");
    Path file = parameter("7");
    assertThat(snapshots.state().restoreWith(ID, snapshots, files)).isEqualTo(files);
    assertThat(file).as("somebody else's").hasContent("7\n");
  }

  @Test
  void snapshotsWithoutStateAreAsBefore() throws Exception {
    attempt();
    assertThat(verb("diff", false)).isEqualTo(1);
    assertThat(said()).doesNotContain("state");
    assertThat(verb("restore", false)).isZero();
    assertThat(said()).doesNotContain("state");
  }
}
