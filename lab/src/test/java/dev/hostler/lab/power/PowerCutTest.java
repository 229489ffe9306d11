package dev.hostler.lab.power;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hostler.common.time.TimeSource;
import dev.hostler.lab.stack.Stack;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few moments of a few lives; lab/power-cut looks at all of them. */
class PowerCutTest {
  @TempDir(cleanup = org.junit.jupiter.api.io.CleanupMode.ON_SUCCESS)
  Path folder;

  private final Path checkout = Stack.checkout();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private Path tree;

  @BeforeEach
  void compile() throws Exception {
    tree = folder.resolve("tree-program");
    Tool.run(
        "cc",
        "-O2",
        "-o",
        tree.toString(),
        checkout.resolve("agent/snapshot/test/tree.c").toString());
  }

  private PowerCut.Outcome run(long seed, boolean flushing) throws Exception {
    assumeThat(Path.of("/dev/fuse")).exists();
    assumeThat(Path.of("/dev/loop-control")).exists();
    assumeThat(Path.of("/usr/bin/qemu-storage-daemon")).exists();
    PowerCut cutter =
        new PowerCut(
            checkout,
            tree,
            Files.createDirectory(folder.resolve("" + seed)),
            "ext4",
            TimeSource.system(),
            new PrintStream(said, true));
    return cutter.run(seed, flushing, 8);
  }

  @Test
  void whateverIsFlushedOnPurposeIsEnough() throws Exception {
    PowerCut.Outcome outcome = run(2, false);
    assertThat(outcome.broken()).as(said::toString).isZero();
    assertThat(outcome.cuts()).isGreaterThan(5);
    assertThat(said.toString()).contains("seed 2 on ext4: ");
  }

  @Test
  void noHalfDoneStateDoesHarm() throws Exception {
    PowerCut.Outcome outcome = run(1, true);
    assertThat(outcome.broken()).as(said::toString).isZero();
    assertThat(said.toString()).contains("flushed all the time");
  }

  /** The check itself: a store that has lost what was promised is seen. */
  @Test
  void whatIsLostIsTold() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Story story = new Story(disk, checkout, tree, 3, TimeSource.system());
    story.tell(_ -> {});
    assertThat(new Promises(story, EnumSet.allOf(Moment.class)).check()).isEmpty();
    Files.createFile(story.store().resolve("packs/stray"));
    assertThat(new Promises(story, EnumSet.range(Moment.MADE, Moment.CHANGED_A)).check())
        .anyMatch(line -> line.equals("a.1 was reported as taken, and is not there"));
    assertThat(new Promises(story, EnumSet.range(Moment.MADE, Moment.RESTORED_A)).check())
        .anyMatch(line -> line.startsWith("restored, the tree is not as it was: missing ["))
        .anyMatch(line -> line.equals("a.1: it is not known that it was restored"));
    assertThat(new Promises(story, EnumSet.range(Moment.MADE, Moment.MADE_B)).check())
        .anyMatch(line -> line.equals("a.1 is no longer pinned"));
    story.open().capture(story.wanted(Story.A));
    assertThat(new Promises(story, EnumSet.allOf(Moment.class)).check())
        .anyMatch(line -> line.equals("a.1 was reported as removed, and is there"));
    Tool.run("sh", "-c", "chattr -R -f -i -a \"$0\" || :", disk.toString());
  }

  @Test
  void whatIsNoLogIsRefused() throws Exception {
    Path file = Files.write(folder.resolve("log"), new byte[1024]);
    assertThatThrownBy(() -> new WriteLog(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no log of writes");
    assertThatThrownBy(() -> new WriteLog(Files.write(file, new byte[100])))
        .hasMessageContaining("ends in the middle");
    assertThatThrownBy(() -> Tool.run("sh", "-c", "echo why; exit 3"))
        .hasMessageContaining("exit code 3\nwhy");
  }
}
