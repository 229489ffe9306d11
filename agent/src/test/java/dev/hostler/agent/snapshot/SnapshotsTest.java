package dev.hostler.agent.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store around the program: what is kept, found, dropped. The program has tests of its own. */
class SnapshotsTest {
  private static final TimeSource TIME = TimeSource.system();
  private static final int BIG = 100_000;

  @TempDir Path folder;
  private Path tree;
  private SnapshotProgram program;

  @BeforeEach
  void open() throws Exception {
    program = SnapshotProgram.beside(Sandbox.launcher());
    tree = Files.createDirectory(folder.resolve("tree"));
    Files.writeString(tree.resolve("file"), "as it was");
    byte[] big = new byte[BIG];
    new Random(1).nextBytes(big);
    Files.write(tree.resolve("big"), big);
    // What was touched within the last 20 ms is read again by a second snapshot.
    TIME.sleep(Duration.ofMillis(50));
  }

  private Snapshots snapshots(SnapshotSettings settings) throws IOException {
    return Snapshots.open(folder.resolve("store"), program, settings, TIME);
  }

  private SnapshotInfo wanted(String id) {
    return SnapshotInfo.wanted(
        id, "job-" + id, "ann", "web 1.0.0 deploy", true, List.of(tree.toString()));
  }

  private static SnapshotSettings keeping(Duration keepFor, int count, long bytes) {
    return new SnapshotSettings(1 << 20, 0, keepFor, count, bytes);
  }

  private static List<String> ids(Snapshots snapshots) throws IOException {
    return snapshots.list().stream().map(SnapshotInfo::id).toList();
  }

  @Test
  void whatWasCapturedComesBack() throws Exception {
    Snapshots snapshots = snapshots(SnapshotSettings.USUAL);
    snapshots.capture(wanted("a.1"));
    assertThat(snapshots.has("a.1")).isTrue();
    assertThat(snapshots.wantsRollback("a.1")).isTrue();
    assertThat(snapshots.restored("a.1")).isEmpty();
    Files.writeString(tree.resolve("file"), "broken");
    Files.delete(tree.resolve("big"));
    snapshots.seal("a.1");
    assertThat(snapshots.restore("a.1").identical()).isTrue();
    assertThat(tree.resolve("file")).hasContent("as it was");
    assertThat(tree.resolve("big")).hasSize(BIG);
    assertThat(snapshots.restored("a.1")).map(Snapshots.Restored::identical).contains(true);
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("store"))))
        .isEqualTo("rwx------");
  }

  @Test
  void oneIsFoundByItsIdAndByItsJob() throws Exception {
    Snapshots snapshots = snapshots(SnapshotSettings.USUAL);
    snapshots.capture(wanted("a.1"));
    SnapshotInfo found = snapshots.find("job-a.1").orElseThrow();
    assertThat(found).isEqualTo(snapshots.find("a.1").orElseThrow());
    assertThat(found.operator()).isEqualTo("ann");
    assertThat(found.work()).isEqualTo("web 1.0.0 deploy");
    assertThat(found.storedBytes()).isEqualTo(BIG + "as it was".length());
    assertThat(found.sealed()).isFalse();
    assertThat(snapshots.find("b.1")).isEmpty();
  }

  @Test
  void bytesAreSharedUntilNobodyNeedsThem() throws Exception {
    Snapshots snapshots = snapshots(SnapshotSettings.USUAL);
    snapshots.capture(wanted("a.1"));
    snapshots.capture(wanted("b.1"));
    assertThat(snapshots.find("b.1").orElseThrow().storedBytes()).isZero();
    snapshots.remove("a.1");
    assertThat(folder.resolve("store/packs/a.1")).exists();
    Files.delete(tree.resolve("big"));
    assertThat(snapshots.restore("b.1").identical()).isTrue();
    snapshots.remove("b.1");
    assertThat(folder.resolve("store/packs")).isEmptyDirectory();
  }

  @Test
  void theOldestGoWhenThereAreTooMany() throws Exception {
    Snapshots snapshots = snapshots(keeping(Duration.ofDays(1), 2, 1 << 30));
    for (String id : List.of("a.1", "b.1", "c.1")) {
      snapshots.capture(wanted(id));
      snapshots.seal(id);
    }
    assertThat(ids(snapshots)).containsExactly("b.1", "c.1");
  }

  @Test
  void theOldestGoWhenTheyTakeTooMuch() throws Exception {
    Snapshots snapshots = snapshots(keeping(Duration.ofDays(1), 9, BIG));
    for (String id : List.of("a.1", "b.1")) {
      snapshots.capture(wanted(id));
      snapshots.seal(id);
    }
    assertThat(ids(snapshots)).as("together they are over the limit").containsExactly("b.1");
  }

  private static List<String> kept(Path folder) throws IOException {
    try (var all = Files.list(folder.resolve("store"))) {
      return all.map(one -> one.getFileName().toString())
          .filter(name -> !name.equals("packs"))
          .sorted()
          .toList();
    }
  }

  @Test
  void aPreviewIsKeptAndDroppedWhole() throws Exception {
    Snapshots snapshots = snapshots(keeping(Duration.ofDays(1), 2, 1 << 30));
    Previews previews = new Previews(snapshots);
    for (String id : List.of("a.1", "b.1")) {
      previews.captureBefore(wanted(id));
      previews.captureAfter(id, List.of());
      assertThat(previews.seal(id)).isEmpty();
      assertThat(previews.has(id)).isTrue();
    }
    assertThat(kept(folder)).containsExactly("a.1", "a.1.after", "b.1", "b.1.after");
    assertThat(snapshots.find("job-b.1").orElseThrow().id())
        .as("not what is after")
        .isEqualTo("b.1");
    assertThat(said(snapshots, "list", "", 0)).contains("  preview").doesNotContain(".after");
    snapshots.capture(wanted("c.1"));
    assertThat(kept(folder)).containsExactly("b.1", "b.1.after", "c.1");
    assertThat(previews.has("c.1")).isFalse();
    previews.writeChanges("b.1", (out, before, after) -> out.write('x'));
    previews.dropAfter("b.1");
    assertThatThrownBy(() -> previews.requireShown("b.1", List.of()))
        .hasMessageContaining("did not succeed");
    assertThatThrownBy(() -> previews.requireShown("c.1", List.of()))
        .hasMessageContaining("no preview c.1");
    previews.drop("b.1");
    snapshots.remove("c.1");
    assertThat(kept(folder)).isEmpty();
    assertThat(folder.resolve("store/packs")).isEmptyDirectory();
  }

  @Test
  void whatOthersChangeMeanwhileIsTold() throws Exception {
    Snapshots snapshots = snapshots(SnapshotSettings.USUAL);
    Previews previews = new Previews(snapshots);
    previews.captureBefore(wanted("a.1"));
    Files.writeString(tree.resolve("file"), "somebody else's");
    assertThat(previews.seal("a.1")).isEqualTo("1 differences");
    assertThat(previews.seal("a.1")).as("once, and told again").isEqualTo("1 differences");
    assertThatThrownBy(() -> previews.source("a.1")).isInstanceOf(IOException.class);
  }

  @Test
  void pinnedOnesStay() throws Exception {
    Snapshots snapshots = snapshots(keeping(Duration.ofNanos(1), 1, 0));
    snapshots.capture(wanted("a.1"));
    snapshots.pin("a.1", true);
    snapshots.seal("a.1");
    snapshots.capture(wanted("b.1"));
    assertThat(ids(snapshots)).containsExactly("a.1", "b.1");
    assertThat(snapshots.find("a.1").orElseThrow().pinned()).isTrue();
    snapshots.pin("a.1", false);
    snapshots.collect();
    assertThat(ids(snapshots)).isEmpty();
  }

  @Test
  void whatIsTooLargeIsRefusedAndLeavesNothing() throws Exception {
    Snapshots snapshots = snapshots(new SnapshotSettings(1000, 0, Duration.ofDays(1), 9, 1 << 30));
    assertThatThrownBy(() -> snapshots.capture(wanted("a.1")))
        .isInstanceOfSatisfying(SnapshotException.class, e -> assertThat(e.space()).isTrue())
        .hasMessageContaining("snapshots.largest");
    assertThat(ids(snapshots)).isEmpty();
    assertThat(folder.resolve("store/packs")).isEmptyDirectory();
  }

  @Test
  void anUnfinishedOneIsGoneAfterARestart() throws Exception {
    Snapshots snapshots = snapshots(SnapshotSettings.USUAL);
    snapshots.capture(wanted("a.1"));
    Files.delete(snapshots.manifest("a.1"));
    assertThat(ids(snapshots(SnapshotSettings.USUAL))).isEmpty();
    assertThat(folder.resolve("store/packs")).isEmptyDirectory();
  }

  @Test
  void aDamagedOneIsInNobodysWay() throws Exception {
    Snapshots snapshots = snapshots(SnapshotSettings.USUAL);
    snapshots.capture(wanted("a.1"));
    Files.writeString(snapshots.manifest("a.1"), "nonsense\n");
    snapshots.capture(wanted("b.1"));
    assertThat(ids(snapshots)).containsExactly("b.1");
    assertThat(folder.resolve("store/packs/a.1")).exists();
  }

  @Test
  void aCaptureForTheSameAttemptReplacesAnUnusedOne() throws Exception {
    Snapshots snapshots = snapshots(SnapshotSettings.USUAL);
    snapshots.capture(wanted("a.1"));
    Files.writeString(tree.resolve("file"), "later");
    snapshots.capture(wanted("a.1"));
    Files.delete(tree.resolve("file"));
    snapshots.restore("a.1");
    assertThat(tree.resolve("file")).hasContent("later");
  }

  private String said(Snapshots snapshots, String verb, String name, int code) throws Exception {
    SnapshotVerbs verbs = new SnapshotVerbs(snapshots);
    Path stdout = Files.createTempFile(folder, "out", "");
    Path stderr = Files.createTempFile(folder, "err", "");
    assertThat(
            verbs.run(verb, verbs.require(verb, name, List.of()), false, stdout, stderr, _ -> {}))
        .isEqualTo(code);
    return Files.readString(stdout) + Files.readString(stderr);
  }

  @Test
  void operatorsSeeNamesHashesAndSizesButNoContents() throws Exception {
    Snapshots snapshots = snapshots(SnapshotSettings.USUAL);
    snapshots.capture(wanted("a.1"));
    snapshots.seal("a.1");
    assertThat(said(snapshots, "list", "", 0)).contains("a.1", "job-a.1", "ann", tree.toString());
    assertThat(said(snapshots, "show", "a.1", 0))
        .contains("f 0644 0:0 9 ", tree + "/file", tree + "/big")
        // printf 'as it was' | sha256sum
        .contains("369b74f2003ce39f5829ec7a2f84852b72b610d0312c8951d5d8f7316c9902ba")
        .doesNotContain("as it was");
    assertThat(said(snapshots, "diff", "job-a.1", 0)).contains("identical");
    Files.writeString(tree.resolve("file"), "other");
    assertThat(said(snapshots, "diff", "a.1", 1)).contains("changed  " + tree + "/file");
    assertThat(said(snapshots, "restore", "a.1", 2)).contains("conflict " + tree + "/file");
    assertThat(said(snapshots, "pin", "a.1", 0)).isEqualTo("pinned a.1\n");
    assertThat(said(snapshots, "list", "", 0)).contains("pinned");
    assertThat(said(snapshots, "unpin", "a.1", 0)).isEqualTo("unpinned a.1\n");
    assertThat(said(snapshots, "remove", "a.1", 0)).isEqualTo("removed a.1\n");
    assertThatThrownBy(() -> said(snapshots, "show", "a.1", 0))
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.SNAPSHOT_FAILED))
        .hasMessageContaining("no snapshot a.1");
    assertThatThrownBy(() -> said(snapshots, "juggle", "a.1", 0)).hasMessageContaining("juggle");
  }
}
