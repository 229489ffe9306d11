package dev.hostler.lab.power;

import dev.hostler.agent.snapshot.SnapshotInfo;
import dev.hostler.agent.snapshot.SnapshotProgram;
import dev.hostler.agent.snapshot.SnapshotSettings;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The life of two snapshots of a random tree: taken, the tree changed, restored, pinned, removed,
 * collected; by what an agent does it with. Not thread-safe.
 */
final class Story {
  /** The first snapshot. */
  static final String A = "a.1";

  /** The second one. */
  static final String B = "b.1";

  static final String OPERATOR = "ann";
  private static final int PATHS = 120;

  /** What the tree and a directory beside it are, as text: by tools that are not ours. */
  private static final String LOOK =
      """
      . "$1/look.sh" && cd "$2" && look tree | sed -z 's/^\\(d [0-7]* [0-9]* [0-9]*\\) [0-9]* /\\1 /'
      stat -c '%F %a:%u:%g' gone; if [ -d gone/deep ]; then look gone/deep; fi
      """;

  private final Path disk;
  private final Path checkout;
  private final Path treeProgram;
  private final long seed;
  private final TimeSource time;
  private String beforeA = "";
  private String beforeB = "";

  /**
   * One of them.
   *
   * @param disk where its file system is mounted, also when it is checked
   * @param checkout with the built product
   * @param treeProgram agent/snapshot/test/tree.c
   */
  Story(Path disk, Path checkout, Path treeProgram, long seed, TimeSource time) {
    this.disk = disk;
    this.checkout = checkout;
    this.treeProgram = treeProgram;
    this.seed = seed;
    this.time = time;
  }

  /** Is told of what has happened. */
  interface Listener {
    void reached(Moment moment) throws IOException;
  }

  /** Lets all of it happen. */
  void tell(Listener listener) throws IOException, InterruptedException {
    Files.createDirectory(disk.resolve("tree"));
    Files.createDirectories(disk.resolve("gone/deep"));
    Files.writeString(disk.resolve("gone/deep/file"), "deep\n");
    Tool.run("chmod", "711", disk.resolve("gone").toString());
    Tool.run("chown", "5:6", disk.resolve("gone").toString());
    tree("make", seed);
    flush();
    beforeA = look();
    listener.reached(Moment.MADE);
    Snapshots snapshots = open();
    snapshots.capture(wanted(A));
    listener.reached(Moment.CAPTURED_A);
    listener.reached(Moment.CHANGING_A);
    tree("change", seed);
    Tool.run("rm", "-r", disk.resolve("gone").toString());
    listener.reached(Moment.CHANGED_A);
    snapshots.seal(A);
    listener.reached(Moment.SEALED_A);
    requireIdentical(snapshots.restore(A));
    listener.reached(Moment.RESTORED_A);
    snapshots.pin(A, true);
    listener.reached(Moment.PINNED_A);

    listener.reached(Moment.CHANGING_B);
    tree("change", seed + 1);
    flush();
    beforeB = look();
    listener.reached(Moment.MADE_B);
    snapshots.capture(wanted(B));
    listener.reached(Moment.CAPTURED_B);
    tree("change", seed + 2);
    listener.reached(Moment.CHANGED_B);
    snapshots.seal(B);
    listener.reached(Moment.SEALED_B);
    listener.reached(Moment.REMOVING_A);
    snapshots.remove(A);
    listener.reached(Moment.REMOVED_A);
    listener.reached(Moment.COLLECTING_B);
    open(1);
    listener.reached(Moment.COLLECTED_B);
  }

  /** How the tree was before the first job. */
  String beforeA() {
    return beforeA;
  }

  /** How it was before the second one. */
  String beforeB() {
    return beforeB;
  }

  /** How it is. */
  String look() throws IOException, InterruptedException {
    return Tool.run(
        "sh",
        "-c",
        LOOK,
        "look",
        checkout.resolve("agent/snapshot/test").toString(),
        disk.toString());
  }

  /** What an agent does when it starts. */
  Snapshots open() throws IOException {
    return open(100);
  }

  private Snapshots open(int keepCount) throws IOException {
    return Snapshots.open(
        store(),
        new SnapshotProgram(program()),
        new SnapshotSettings(1L << 30, 0, Duration.ofDays(30), keepCount, 1L << 33),
        time);
  }

  /** What makes them. */
  Path program() {
    return checkout.resolve("agent/target/launcher/hostler-snapshot");
  }

  /** Where they are. */
  Path store() {
    return disk.resolve("store");
  }

  /** What is captured. */
  SnapshotInfo wanted(String id) {
    return SnapshotInfo.wanted(
        id,
        "job-" + id,
        OPERATOR,
        "web 1.0.0 deploy",
        true,
        List.of(disk.resolve("tree").toString(), disk.resolve("gone/deep").toString()));
  }

  private static void requireIdentical(Snapshots.Restored restored) throws IOException {
    if (!restored.identical()) {
      throw new IOException(restored.text());
    }
  }

  private void tree(String verb, long with) throws IOException, InterruptedException {
    Tool.run(
        "sh",
        "-c",
        "exec \"$@\" 2>/dev/null", // it says what it could not do
        "sh",
        treeProgram.toString(),
        verb,
        "" + with,
        disk.resolve("tree").toString(),
        "" + PATHS);
  }

  private void flush() throws IOException, InterruptedException {
    Tool.run("sync", "--file-system", disk.toString());
  }
}
