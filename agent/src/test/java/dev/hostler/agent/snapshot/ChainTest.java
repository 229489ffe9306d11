package dev.hostler.agent.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Back over several attempts, newest first. */
class ChainTest {
  private static final TimeSource TIME = TimeSource.system();

  @TempDir Path folder;
  private Path tree;
  private Path other;
  private Snapshots snapshots;
  private SnapshotVerbs verbs;

  @BeforeEach
  void changeThreeTimes() throws Exception {
    tree = Files.createDirectories(folder.resolve("tree/sub")).getParent();
    other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(tree.resolve("sub/file"), "0");
    Files.writeString(other.resolve("file"), "0");
    snapshots =
        Snapshots.open(
            folder.resolve("store"),
            SnapshotProgram.beside(Sandbox.launcher()),
            SnapshotSettings.USUAL,
            TIME);
    verbs = new SnapshotVerbs(snapshots);
    attempt("a.1", tree, tree.resolve("sub/file"), "1");
    attempt("b.1", other, other.resolve("file"), "1");
    attempt("c.1", tree.resolve("sub"), tree.resolve("sub/file"), "2");
    attempt("d.1", tree, tree.resolve("more"), "3");
  }

  private void attempt(String id, Path declared, Path file, String text) throws Exception {
    snapshots.capture(
        SnapshotInfo.wanted(
            id, "job-" + id, "ann", "web 1.0.0 set", true, List.of(declared.toString())));
    TIME.sleep(Duration.ofMillis(30)); // what was touched a moment ago counts as changing
    Files.writeString(file, text);
    snapshots.seal(id);
  }

  private int rewind(String id, boolean force) throws Exception {
    Path stdout = folder.resolve("stdout");
    Files.writeString(stdout, "");
    return verbs.run("rewind", id, force, stdout, folder.resolve("stderr"), _ -> {});
  }

  private String said() throws IOException {
    return Files.readString(folder.resolve("stdout"));
  }

  @Test
  void everythingOnItsPathsIsUndoneInReverseOrderAndNothingElse() throws Exception {
    assertThat(verbs.require("rewind", "job-a.1", List.of())).isEqualTo("a.1");
    assertThat(rewind("a.1", false)).as(said()).isZero();
    assertThat(tree.resolve("sub/file")).hasContent("0");
    assertThat(tree.resolve("more")).doesNotExist();
    assertThat(other.resolve("file")).hasContent("1");
    assertThat(said()).contains("brought back: 3").doesNotContain("b.1");
    assertThat(said().indexOf("d.1")).isLessThan(said().indexOf("c.1"));
    assertThat(said().indexOf("c.1")).isLessThan(said().indexOf("a.1"));

    Files.delete(folder.resolve("chain")); // of the first job
    assertThat(rewind("a.1", false)).as("again is the same as once").isZero();
    assertThat(said()).contains("nothing to do");
    assertThat(tree.resolve("sub/file")).hasContent("0");
  }

  @Test
  void onlyDownToTheOneThatIsMeant() throws Exception {
    assertThat(rewind("c.1", false)).as(said()).isZero();
    assertThat(tree.resolve("sub/file")).hasContent("1");
    assertThat(said()).contains("brought back: 2");
  }

  @Test
  void aConflictEndsItThere() throws Exception {
    Files.writeString(tree.resolve("sub/file"), "somebody else's");
    assertThat(rewind("a.1", false)).isEqualTo(2);
    assertThat(said()).contains("conflict", "stopped: 0 of 3");
    assertThat(tree.resolve("sub/file")).hasContent("somebody else's");
    assertThat(tree.resolve("more")).hasContent("3");
    assertThat(rewind("a.1", true)).as(said()).isZero();
    assertThat(tree.resolve("sub/file")).hasContent("0");
  }

  @Test
  void anAgentThatWasKilledGoesOnWithTheNext() throws Exception {
    assertThat(snapshots.restore("d.1").identical()).isTrue();
    Files.writeString(folder.resolve("chain"), "d.1\n");
    Files.writeString(tree.resolve("more"), "of a later day");
    assertThat(rewind("c.1", false)).as(said()).isZero();
    assertThat(tree.resolve("sub/file")).hasContent("1");
    assertThat(tree.resolve("more")).as("not touched again").hasContent("of a later day");
  }
}
