package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Paths that an operator has kept for one job, through all programs. */
class JobSnapshotE2eTest {
  private static final Pattern JOB = Pattern.compile("\"job\":\\{\"id\":\"([0-9a-f-]{36})\"");

  private final Fleet fleet = Fleet.get();
  private final Stack stack = fleet.stack;
  private Path tree;

  @BeforeEach
  void make() throws Exception {
    tree = Files.createTempDirectory(Path.of("/srv"), "hostler-e2e-");
    Files.writeString(tree.resolve("kept"), "kept\n");
    Files.writeString(tree.resolve("text"), "one\n");
    Path signer = stack.data().resolve("job-snapshot-signer");
    if (!Files.exists(signer)) {
      good("signer", "create", signer.toString());
      fleet.three.pinBundleRoots(signer.resolve("root.crt"));
    }
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

  /** A bundle that keeps nothing, and whose action changes the tree and ends with this code. */
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

        [actions.go.sandbox]
        writable = ["%s"]
        """
            .formatted(name, tree));
    Path program = source.resolve("payload/bin/go");
    Files.writeString(
        program,
        "#!/bin/sh\ncd %s && echo two >text && rm kept && mkdir more; exit %d\n"
            .formatted(tree, code));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    String file = stack.data().resolve(name + ".hostler").toString();
    good("bundle", "build", source.toString(), "--out", file);
    good(
        "bundle", "sign", file, "--signer", stack.data().resolve("job-snapshot-signer").toString());
    good("bundle", "push", file);
  }

  private void unchanged() {
    assertThat(tree.resolve("kept")).hasContent("kept\n");
    assertThat(tree.resolve("text")).hasContent("one\n");
    assertThat(tree.resolve("more")).doesNotExist();
  }

  @Test
  void aFailureIsRolledBackBecauseTheOperatorSaysSo() throws Exception {
    bundle("keeps-nothing-fails", 5);
    CliResult result =
        stack.cli(
            "run",
            "--host",
            "three",
            "--snapshot",
            tree.toString(),
            "--rollback",
            "keeps-nothing-fails",
            "go");
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.stderr()).contains("exit code 5: rolled back to snapshot", "identical");
    unchanged();
    assertThat(good("job", "list").text())
        .contains("keeps-nothing-fails go (--snapshot " + tree + " --rollback)");

    CliResult numbers =
        stack.cli(
            "run",
            "-o",
            "json",
            "--host",
            "three",
            "--snapshot",
            tree.toString(),
            "--rollback",
            "keeps-nothing-fails",
            "go");
    assertThat(numbers.text())
        .contains("\"deed\":\"rolled_back\",\"identical\":true,\"changes\":4,\"differences\":0");
    Matcher job = JOB.matcher(numbers.text());
    assertThat(job.find()).isTrue();
    assertThat(good("job", "show", job.group(1)).text()).contains("SNAPSHOT", "rolled back");
    unchanged();

    CliResult nothing =
        stack.cli("run", "--host", "three", "--rollback", "keeps-nothing-fails", "go");
    assertThat(nothing.exitCode()).as(nothing::toString).isEqualTo(2);
    assertThat(nothing.stderr()).contains("neither the action nor the job names a path to keep");
  }

  @Test
  void whatWasKeptIsRestoredByHand() throws Exception {
    bundle("keeps-nothing", 0);
    String job =
        good(
                "run",
                "--host",
                "three",
                "--snapshot",
                tree.toString(),
                "--detach",
                "keeps-nothing",
                "go")
            .text()
            .strip();
    good("job", "watch", job);
    assertThat(tree.resolve("kept")).doesNotExist();
    assertThat(good("snapshot", "restore", job, "--host", "three", "--reason", "no").text())
        .contains("restored, identical");
    unchanged();
  }

  @Test
  void aCommandKeepsWhatIsNamed() {
    CliResult result =
        stack.cli(
            "run", "--host", "three", "--snapshot", tree.toString(), "--rollback", "--", "false");
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.stderr()).contains("exit code 1: rolled back to snapshot");
    assertThat(good("snapshot", "list", "--host", "three").text()).contains(tree.toString());
  }

  @Test
  void theHostsOwnerSaysWhichPaths() {
    String job =
        stack
            .cli("run", "--host", "three", "--snapshot", "/home", "--detach", "--", "true")
            .text()
            .strip();
    CliResult watched = stack.cli("job", "watch", job);
    assertThat(watched.exitCode()).as(watched::toString).isEqualTo(1);
    String why =
        "refused: the host keeps no snapshot of that: --snapshot /home: this host keeps nothing of"
            + " that because an operator says so (snapshots.job_paths = [/etc, ";
    assertThat(good("job", "show", job).text()).contains(why);
    assertThat(good("job", "show", job, "-o", "json").text())
        .contains("\"refusal\": \"snapshot_path\"");
    String own = fleet.three.folder().resolve("state").toString();
    CliResult mine = stack.cli("run", "--host", "three", "--snapshot", own, "--", "true");
    assertThat(mine.stderr()).as(mine::toString).contains("--snapshot " + own + ": is the agent's");
  }

  @Test
  void whatNoHostWouldTakeIsNotSigned() {
    for (List<String> given :
        List.of(
            List.of("--snapshot", "/proc/sys", "--", "true"),
            List.of("--snapshot", "etc", "--", "true"),
            List.of("--rollback", "--", "true"),
            List.of("--preview", "--rollback", "x", "y"),
            List.of("--apply-preview", "x", "--snapshot", "/etc"))) {
      List<String> arguments = new java.util.ArrayList<>(List.of("run", "--host", "three"));
      arguments.addAll(given);
      CliResult result = stack.cli(arguments.toArray(String[]::new));
      assertThat(result.exitCode()).as(result::toString).isEqualTo(2);
      assertThat(result.stderr())
          .contains(given.contains("--apply-preview") ? "takes nothing" : "--");
    }
  }
}
