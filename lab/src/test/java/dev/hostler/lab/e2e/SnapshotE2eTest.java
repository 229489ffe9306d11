package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliCall;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rollback by itself and by hand, through all programs, also when the agent is killed in it. */
class SnapshotE2eTest {
  private static final int FILES = 3000;

  private final Fleet fleet = Fleet.get();
  private final Stack stack = fleet.stack;
  private Path tree;

  @BeforeEach
  void push() throws Exception {
    tree = Files.createTempDirectory(Path.of("/srv"), "hostler-e2e-");
    for (int i = 0; i < FILES; i++) {
      Files.writeString(tree.resolve("file" + i), "content " + i + "\n");
    }
    if (Files.exists(stack.data().resolve("snapshot-signer"))) {
      return;
    }
    Path signer = stack.data().resolve("snapshot-signer");
    good("signer", "create", signer.toString());
    fleet.three.pinBundleRoots(signer.resolve("root.crt"));
  }

  @AfterEach
  void remove() throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private CliResult good(String... arguments) {
    CliResult result = stack.cli(arguments);
    assertThat(result.exitCode()).as(result::toString).isZero();
    return result;
  }

  /** A bundle whose action changes every file of the tree and ends with this code. */
  private void bundle(String name, int code) throws Exception {
    Path source = stack.data().resolve(name);
    Files.createDirectories(source.resolve("payload/bin"));
    Files.writeString(
        source.resolve("bundle.toml"),
        """
        name = "%s"
        version = "1.0.0"

        [actions.go]
        argv = ["bin/go"]
        run_as = "root"
        snapshot = ["%2$s"]
        rollback_on_failure = true

        [actions.go.sandbox]
        writable = ["%2$s"]
        """
            .formatted(name, tree));
    Path program = source.resolve("payload/bin/go");
    Files.writeString(
        program,
        """
        #!/bin/sh
        cd %s || exit 99
        for file in *; do echo changed >"$file"; done
        mkdir more && echo x >more/x && rm file1 && ln -s /etc/passwd file1
        exit %d
        """
            .formatted(tree, code));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    String file = stack.data().resolve(name + ".hostler").toString();
    good("bundle", "build", source.toString(), "--out", file);
    good("bundle", "sign", file, "--signer", stack.data().resolve("snapshot-signer").toString());
    good("bundle", "push", file);
  }

  private TreeMap<String, String> state() throws IOException {
    TreeMap<String, String> state = new TreeMap<>();
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.toList()) {
        state.put(
            path.toString(),
            Files.getLastModifiedTime(path)
                + " "
                + (Files.isRegularFile(path) ? Files.readString(path) : ""));
      }
    }
    return state;
  }

  @Test
  void aKilledAgentFinishesTheRollback() throws Exception {
    bundle("half-way", 7);
    TreeMap<String, String> before = state();
    Path store = fleet.three.folder().resolve("state/snapshots");
    CliCall call = stack.cliCall(List.of("run", "--host", "three", "half-way", "go"));
    Stack.await("the rollback", () -> restoring(store));
    fleet.three.daemon().kill();
    fleet.three.start();
    CliResult result = call.result();
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.stderr())
        .as(result::toString)
        .contains("exit code 7", "rolled back to snapshot", "identical");
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void anAgentThatIsKilledInACaptureDoesItAgain() throws Exception {
    bundle("captured-twice", 0);
    byte[] bytes = new byte[200 << 20];
    new Random(5).nextBytes(bytes);
    Files.write(tree.resolve("big"), bytes);
    Path store = fleet.three.folder().resolve("state/snapshots");
    List<String> before = names(store);
    CliCall call = stack.cliCall(List.of("run", "--host", "three", "captured-twice", "go"));
    String id = begun(store, before);
    fleet.three.daemon().kill();
    assertThat(store.resolve(id).resolve("manifest")).as("killed in the middle").doesNotExist();
    fleet.three.start();
    CliResult result = call.result();
    assertThat(result.exitCode()).as(result::toString).isZero();
    assertThat(tree.resolve("big")).hasContent("changed\n");
    assertThat(names(store)).contains(id).hasSize(before.size() + 1);
    assertThat(good("snapshot", "restore", id, "--host", "three", "--reason", "whole?").text())
        .contains("restored, identical");
    assertThat(Arrays.mismatch(Files.readAllBytes(tree.resolve("big")), bytes)).isEqualTo(-1);
    good("snapshot", "remove", id, "--host", "three", "--reason", "only tried");
    assertThat(names(store)).isEqualTo(before);
  }

  private static List<String> names(Path store) throws IOException {
    try (Stream<Path> all = Files.list(store)) {
      return all.map(one -> String.valueOf(one.getFileName())).sorted().toList();
    }
  }

  /** Waits for the pack of a new capture. It is whole in a moment, so nothing sleeps here. */
  private static String begun(Path store, List<String> before) throws IOException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (System.nanoTime() < end) {
      for (String name : names(store)) {
        if (!before.contains(name) && Files.exists(store.resolve("packs").resolve(name))) {
          return name;
        }
      }
    }
    throw new IllegalStateException("no capture was begun");
  }

  private static boolean restoring(Path store) {
    try (Stream<Path> all = Files.walk(store, 2)) {
      for (Path log : all.filter(path -> path.endsWith("log")).toList()) {
        if (Files.readString(log).contains("restoring")) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void whatAJobDidIsUndoneByHand() throws Exception {
    bundle("all-the-way", 0);
    TreeMap<String, String> before = state();
    String job = good("run", "--host", "three", "--detach", "all-the-way", "go").text().strip();
    good("job", "watch", job);
    assertThat(tree.resolve("file0")).hasContent("changed\n");
    assertThat(good("snapshot", "list", "--host", "three").text())
        .contains("all-the-way 1.0.0 go", job, tree.toString());
    assertThat(good("snapshot", "show", job, "--host", "three").text())
        .contains(tree + "/file0")
        .doesNotContain("content 0");
    CliResult diff = stack.cli("snapshot", "diff", job, "--host", "three");
    assertThat(diff.exitCode()).as(diff::toString).isEqualTo(1);
    assertThat(diff.text()).contains("changed  " + tree + "/file0", "created  " + tree + "/more");

    Files.writeString(tree.resolve("file2"), "somebody else's\n");
    CliResult numbers =
        stack.cli(
            "snapshot", "restore", job, "--host", "three", "--reason", "broken", "-o", "json");
    assertThat(numbers.text())
        .as(numbers::toString)
        .contains(
            "\"deed\":\"refused\"",
            "\"conflicts\":1",
            "\"lines\":[\"conflict " + tree + "/file2  (changed since)\"]");
    CliResult refused =
        stack.cli("snapshot", "restore", job, "--host", "three", "--reason", "broken");
    assertThat(refused.exitCode()).as(refused::toString).isEqualTo(1);
    assertThat(refused.text()).contains("conflict " + tree + "/file2");
    assertThat(tree.resolve("file2")).hasContent("somebody else's\n");

    assertThat(
            good("snapshot", "restore", job, "--host", "three", "--reason", "broken", "--force")
                .text())
        .contains("restored, identical");
    assertThat(state()).isEqualTo(before);
    assertThat(good("audit", "list", "-o", "json").text())
        .contains("hostler snapshot restore " + job + " --force --reason broken");

    good("snapshot", "pin", job, "--host", "three", "--reason", "keep it");
    assertThat(good("snapshot", "list", "--host", "three").text()).contains("pinned");
    good("snapshot", "remove", job, "--host", "three", "--reason", "done");
    CliResult gone = stack.cli("snapshot", "diff", job, "--host", "three");
    assertThat(gone.stderr()).as(gone::toString).contains("no snapshot");
    CliResult without = stack.cli("snapshot", "restore", job, "--host", "three");
    assertThat(without.exitCode()).as(without::toString).isEqualTo(2);
    assertThat(without.stderr()).contains("--reason");
  }
}
