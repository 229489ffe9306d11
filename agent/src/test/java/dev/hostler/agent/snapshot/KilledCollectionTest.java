package dev.hostler.agent.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that collects is killed at each of its steps, one after the other: what is left is
 * whole or nothing, and the next start removes the rest.
 */
class KilledCollectionTest {
  private static final TimeSource TIME = TimeSource.system();
  private static final SnapshotSettings ALL =
      new SnapshotSettings(1 << 20, 0, Duration.ofDays(1), 100, 1 << 30);
  private static final SnapshotSettings NOTHING =
      new SnapshotSettings(1 << 20, 0, Duration.ofNanos(1), 1, 0);
  private static final int KILLED = 128 + 9;
  private static final int MOST_STEPS = 60;

  @TempDir Path folder;

  private static Snapshots open(Path store, SnapshotSettings settings) throws Exception {
    return Snapshots.open(store, SnapshotProgram.beside(Sandbox.launcher()), settings, TIME);
  }

  /** STORE: collects all that is in it. */
  public static void main(String[] args) throws Exception {
    open(Path.of(args[0]), NOTHING);
  }

  @Test
  void everyStepCanBeTheLast() throws Exception {
    Path strace = Path.of("/usr/bin/strace");
    assumeThat(strace).exists();
    Path tree = Files.createDirectory(folder.resolve("tree"));
    Files.writeString(tree.resolve("file"), "as it was");
    TIME.sleep(Duration.ofMillis(50)); // so that the second one need not read it again
    Path full = folder.resolve("full");
    Snapshots snapshots = open(full, ALL);
    for (String id : List.of("a.1", "b.1")) {
      snapshots.capture(
          SnapshotInfo.wanted(id, "job-" + id, "ann", "web 1 go", true, List.of(tree.toString())));
      snapshots.seal(id);
    }
    int steps = 0;
    for (int code = KILLED; code == KILLED; steps++) {
      assertThat(steps).isLessThan(MOST_STEPS);
      Path store = folder.resolve("store-" + steps);
      assertThat(run("cp", "-a", full.toString(), store.toString())).isZero();
      code =
          run(
              strace.toString(),
              "-f",
              "-o",
              "/dev/null",
              "-e",
              "trace=unlink,rmdir",
              "-e",
              "inject=unlink,rmdir:signal=KILL:when=" + (steps + 1),
              ProcessHandle.current().info().command().orElseThrow(),
              "-XX:-UsePerfData",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              System.getProperty("java.class.path"),
              KilledCollectionTest.class.getName(),
              store.toString());
      wholeOrNothing(store, tree);
    }
    assertThat(steps).as("of two snapshots and a pack").isGreaterThan(10);
    assertThat(names(folder.resolve("store-" + (steps - 1)))).containsExactly("packs");
  }

  private void wholeOrNothing(Path store, Path tree) throws Exception {
    Snapshots left = open(store, ALL);
    Set<String> expected = new HashSet<>(Set.of("packs"));
    for (SnapshotInfo one : left.list()) {
      assertThat(one.complete()).as(one::toString).isTrue();
      expected.add(one.id());
      Files.writeString(tree.resolve("file"), "broken");
      assertThat(left.restore(one.id()).identical()).isTrue();
      assertThat(tree.resolve("file")).hasContent("as it was");
    }
    assertThat(names(store)).isEqualTo(expected);
    open(store, NOTHING);
    assertThat(names(store)).containsExactly("packs");
    assertThat(store.resolve("packs")).isEmptyDirectory();
  }

  private static Set<String> names(Path store) throws IOException {
    try (var all = Files.list(store)) {
      return new HashSet<>(all.map(one -> String.valueOf(one.getFileName())).toList());
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor();
  }
}
