package dev.hostler.agent.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.agent.state.HostState;
import dev.hostler.agent.vault.HostWrap;
import dev.hostler.agent.vault.TestWrap;
import dev.hostler.agent.vault.Vault;
import dev.hostler.common.time.ManualTime;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.bundle.StateEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys from the vault to the program and back. The program has tests of its own. */
class EncryptedSnapshotsTest {
  private static final String CANARY = "canary-of-the-content";

  @TempDir Path folder;
  private final ManualTime time = new ManualTime();
  private final HostWrap wrap = new TestWrap();
  private Path tree;

  @BeforeEach
  void make() throws Exception {
    tree = Files.createDirectory(folder.resolve("tree"));
    Files.writeString(tree.resolve("file"), CANARY);
    Files.createSymbolicLink(tree.resolve("link"), Path.of("canary-target"));
    Files.createDirectories(folder.resolve("host/proc/sys/vm"));
    Files.writeString(folder.resolve("host/proc/sys/vm/overcommit"), "canary-state\n");
    // What was touched within the last 20 ms is read again by a second snapshot.
    TimeSource.system().sleep(Duration.ofMillis(50));
  }

  private Snapshots open(HostWrap host, boolean encrypt) throws Exception {
    Vault vault = Vault.open(folder.resolve("store/keys"), host, encrypt, Duration.ofDays(1), time);
    return Snapshots.open(
        folder.resolve("store"),
        SnapshotProgram.beside(Sandbox.launcher(), vault),
        SnapshotSettings.USUAL,
        HostState.below(folder.resolve("host")),
        time);
  }

  private void capture(Snapshots snapshots, String id) throws Exception {
    snapshots.capture(
        SnapshotInfo.wanted(
            id, "job-" + id, "ann", "web 1.0.0 set", true, List.of(tree.toString())));
    snapshots.state().capture(id, List.of(StateEntry.parse("sysctl:vm.overcommit")));
  }

  private List<Path> withCanary() throws IOException {
    List<Path> found = new ArrayList<>();
    try (var files = Files.walk(folder.resolve("store"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (text.contains("canary") || text.contains("Y2FuYXJ5")) {
          found.add(file);
        }
      }
    }
    return found;
  }

  private String said(Snapshots snapshots, String verb, String id) throws Exception {
    Path stdout = folder.resolve("stdout");
    Path stderr = folder.resolve("stderr");
    Files.writeString(stdout, "");
    Files.writeString(stderr, "");
    int code = new SnapshotVerbs(snapshots).run(verb, id, true, stdout, stderr, _ -> {});
    return code + " " + Files.readString(stdout) + Files.readString(stderr);
  }

  @Test
  void nothingOfItCanBeReadAndItComesBack() throws Exception {
    Snapshots snapshots = open(wrap, true);
    capture(snapshots, "a.1");
    Files.writeString(tree.resolve("file"), "broken");
    Files.writeString(folder.resolve("host/proc/sys/vm/overcommit"), "broken");
    snapshots.seal("a.1");
    snapshots.state().seal("a.1");
    assertThat(withCanary()).isEmpty();
    Snapshots again = open(wrap, true);
    assertThat(again.find("job-a.1").orElseThrow().packs()).containsExactly("a.1");
    assertThat(said(again, "list", "")).contains("a.1").contains("  encrypted\n");
    assertThat(said(again, "show", "a.1"))
        .contains(tree + "/file")
        .contains("sysctl:vm.overcommit")
        .contains("  encrypted\n");
    assertThat(said(again, "restore", "a.1")).startsWith("0 ").contains("identical");
    assertThat(tree.resolve("file")).hasContent(CANARY);
    assertThat(folder.resolve("host/proc/sys/vm/overcommit")).content().startsWith("canary");
  }

  @Test
  void withoutTheSealingKeyItIsToldAndCanBeRemoved() throws Exception {
    capture(open(wrap, true), "a.1");
    Snapshots other = open(new TestWrap(), true);
    assertThat(said(other, "list", "")).contains("  encrypted, its key is lost\n");
    assertThat(said(other, "restore", "a.1"))
        .startsWith("70 ")
        .contains("snapshot a.1 is encrypted with key ")
        .contains("which this host does not have: it cannot be read any more");
    assertThatThrownBy(() -> said(other, "show", "a.1"))
        .hasMessageContaining("which this host does not have any more");
    capture(other, "b.1");
    assertThat(other.find("b.1").orElseThrow().packs()).containsExactly("b.1");
    other.remove("a.1");
    assertThat(said(other, "list", "")).doesNotContain("a.1").contains("b.1");
  }

  @Test
  void plainOnesAndThoseOfOlderKeysStayOfUse() throws Exception {
    capture(open(wrap, false), "a.1");
    assertThat(withCanary()).hasSize(3); // manifest, pack, state
    Snapshots snapshots = open(wrap, true);
    capture(snapshots, "b.1");
    time.advance(Duration.ofDays(1).plusSeconds(1));
    capture(snapshots, "c.1");
    assertThat(snapshots.list()).extracting(SnapshotInfo::storedBytes).doesNotContain(0L);
    assertThat(snapshots.keyOf("a.1")).isEmpty();
    assertThat(snapshots.keyOf("c.1")).isNotEqualTo(snapshots.keyOf("b.1"));
    for (String id : List.of("a.1", "b.1", "c.1")) {
      Files.writeString(tree.resolve("file"), "broken");
      assertThat(snapshots.restore(id).identical()).isTrue();
      assertThat(tree.resolve("file")).hasContent(CANARY);
    }
    String old = snapshots.keyOf("b.1").orElseThrow();
    Path key = folder.resolve("store/keys").resolve(old);
    time.advance(Duration.ofDays(2));
    snapshots.collect();
    assertThat(key).as("b.1 needs it").exists();
    snapshots.remove("b.1");
    time.advance(Duration.ofHours(2));
    snapshots.collect();
    assertThat(key).doesNotExist();
    assertThat(snapshots.restore("c.1").identical()).isTrue();
  }
}
