package dev.hostler.lab.power;

import dev.hostler.agent.snapshot.SnapshotInfo;
import dev.hostler.agent.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What must hold when the power is back, whenever it was cut: what was reported as done is done,
 * and the rest is absent or whole. Not thread-safe.
 */
final class Promises {
  private final Story story;
  private final Set<Moment> past;
  private final List<String> broken = new ArrayList<>();

  /**
   * Of one cut.
   *
   * @param past what had happened by then
   */
  Promises(Story story, Set<Moment> past) {
    this.story = story;
    this.past = past;
  }

  /**
   * Starts as an agent does, looks, and finishes what was begun. What does not hold, a line each.
   */
  List<String> check() throws IOException, InterruptedException {
    otherBoot();
    if (!past.contains(Moment.CHANGING_A)) {
      expectTree("before the job", story.beforeA());
    } else if (past.contains(Moment.RESTORED_A) && !past.contains(Moment.CHANGING_B)) {
      expectTree("restored", story.beforeA());
    } else if (past.contains(Moment.MADE_B) && !past.contains(Moment.CAPTURED_B)) {
      expectTree("before the second job", story.beforeB());
    }
    Snapshots snapshots = story.open();
    nothingUnused(snapshots);
    presence(snapshots, Story.A, Moment.CAPTURED_A, Moment.REMOVING_A, Moment.REMOVED_A);
    presence(snapshots, Story.B, Moment.CAPTURED_B, Moment.COLLECTING_B, Moment.COLLECTED_B);
    if (past.contains(Moment.PINNED_A) && !past.contains(Moment.REMOVING_A)) {
      expect(
          snapshots.find(Story.A).map(SnapshotInfo::pinned).orElse(false),
          Story.A + " is no longer pinned");
    }
    if (past.contains(Moment.RESTORED_A) && !past.contains(Moment.REMOVING_A)) {
      expect(
          snapshots.restored(Story.A).map(Snapshots.Restored::identical).orElse(false),
          Story.A + ": it is not known that it was restored");
    }
    if (snapshots.has(Story.B)) {
      bringBack(snapshots, Story.B, story.beforeB());
    }
    if (!snapshots.has(Story.A) && !past.contains(Moment.CAPTURED_A)) {
      snapshots.capture(story.wanted(Story.A));
      expectTree("captured again", story.beforeA());
    }
    if (snapshots.has(Story.A)) {
      bringBack(snapshots, Story.A, story.beforeA());
      bringBack(snapshots, Story.A, story.beforeA());
    }
    nothingUnused(snapshots);
    return broken;
  }

  /** What is on the disk is of another start of the host; this one has not been started since. */
  private void otherBoot() throws IOException {
    if (!Files.exists(story.store())) {
      return;
    }
    try (DirectoryStream<Path> there = Files.newDirectoryStream(story.store())) {
      for (Path one : there) {
        Path boot = one.resolve("boot");
        if (Files.exists(boot)) {
          Files.writeString(boot, "another\n");
        }
      }
    }
  }

  private void expect(boolean so, String otherwise) {
    if (!so) {
      broken.add(otherwise);
    }
  }

  private void expectTree(String when, String wanted) throws IOException, InterruptedException {
    String is = story.look();
    if (!is.equals(wanted)) {
      broken.add(when + ", the tree is not as it was: " + Difference.first(wanted, is));
    }
  }

  private void presence(
      Snapshots snapshots, String id, Moment captured, Moment removing, Moment removed)
      throws IOException {
    boolean there = snapshots.has(id);
    expect(
        there || !past.contains(captured) || past.contains(removing),
        id + " was reported as taken, and is not there");
    expect(!there || !past.contains(removed), id + " was reported as removed, and is there");
    if (!there) {
      return;
    }
    Optional<SnapshotInfo> found = snapshots.find("job-" + id);
    expect(found.isPresent(), id + " is not found by its job");
    SnapshotInfo wanted = story.wanted(id);
    found.ifPresent(info -> {
      expect(info.rollback(), id + " does not know that it is to be rolled back");
      expect(info.paths().equals(wanted.paths()), id + " does not know its paths");
      expect(info.operator().equals(Story.OPERATOR), id + " does not know its operator");
    });
  }

  /** As after an attempt: noted how it left the paths, if that was not done, then restored. */
  private void bringBack(Snapshots snapshots, String id, String wanted)
      throws IOException, InterruptedException {
    Path log = story.store().resolve(id).resolve("log");
    boolean halfWay =
        Files.exists(log) && List.of("restoring").equals(lastOf(Files.readAllLines(log)));
    snapshots.seal(id);
    if (halfWay) {
      unforced(id);
    }
    Snapshots.Restored restored = snapshots.restore(id);
    expect(restored.identical(), id + ": " + restored.text());
    expectTree(id + " brought back", wanted);
  }

  private static List<String> lastOf(List<String> lines) {
    return lines.subList(Math.max(0, lines.size() - 1), lines.size());
  }

  /** A restore that was begun goes on without asking about conflicts. */
  private void unforced(String id) throws InterruptedException {
    try {
      Tool.run(story.program().toString(), "restore", story.store().toString(), id);
    } catch (IOException e) {
      broken.add("a restore that was begun does not go on: " + e.getMessage());
    }
  }

  /** After a start, only what somebody can list is there. */
  private void nothingUnused(Snapshots snapshots) throws IOException {
    Set<String> directories = new HashSet<>(Set.of("packs"));
    Set<String> packs = new HashSet<>();
    for (SnapshotInfo info : snapshots.list()) {
      directories.add(info.id());
      packs.addAll(info.packs());
      expect(info.complete(), info.id() + " is half there");
    }
    expectOnly(story.store(), directories);
    expectOnly(story.store().resolve("packs"), packs);
  }

  private void expectOnly(Path directory, Set<String> names) throws IOException {
    try (DirectoryStream<Path> there = Files.newDirectoryStream(directory)) {
      for (Path one : there) {
        expect(names.contains(String.valueOf(one.getFileName())), "nobody needs " + one);
      }
    }
  }
}
