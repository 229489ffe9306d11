package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hostler.lab.stack.CliCall;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What an action would change, through all programs; applied, undone, and with an agent killed in
 * it.
 */
class PreviewE2eTest {
  private static final Pattern JOB = Pattern.compile("--apply-preview ([0-9a-f-]{36})");

  private final Fleet fleet = Fleet.get();
  private final Stack stack = fleet.stack;
  private Path signer;
  private Path tree;

  @BeforeEach
  void make() throws Exception {
    tree = Files.createTempDirectory(Path.of("/srv"), "hostler-e2e-");
    Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(tree.resolve("kept"), "kept\n");
    Files.writeString(tree.resolve("text"), "one\ntwo\nthree\n");
    Files.writeString(tree.resolve("gone"), "gone\n");
    signer = stack.data().resolve("preview-signer");
    if (!Files.exists(signer)) {
      good("signer", "create", signer.toString());
      for (var host : List.of(fleet.one, fleet.two, fleet.three)) {
        host.pinBundleRoots(signer.resolve("root.crt"));
      }
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

  private void push(Path source, String name) {
    String file = stack.data().resolve(name + ".hostler").toString();
    good("bundle", "build", source.toString(), "--out", file);
    good("bundle", "sign", file, "--signer", signer.toString());
    good("bundle", "push", file);
  }

  /** A bundle whose action changes the tree and then does this. */
  private void bundle(String name, String end) throws Exception {
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
        network = "host"
        """
            .formatted(name, tree));
    Path program = source.resolve("payload/bin/go");
    Files.writeString(
        program,
        """
        #!/bin/sh
        cd %s || exit 99
        echo on stdout; echo on stderr >&2
        sed -i s/two/2/ text && rm gone && mkdir new && echo fresh >new/file
        %s
        """
            .formatted(tree, end));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    push(source, name);
  }

  private static TreeMap<String, String> state(Path top) throws IOException {
    TreeMap<String, String> state = new TreeMap<>();
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : all.toList()) {
        state.put(
            path.toString(),
            Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS)
                + " "
                + Files.getPosixFilePermissions(path)
                + " "
                + (Files.isRegularFile(path) ? Files.readString(path) : ""));
      }
    }
    return state;
  }

  private static String job(CliResult result) {
    Matcher found = JOB.matcher(result.stderr());
    assertThat(found.find()).as(result::toString).isTrue();
    return found.group(1);
  }

  @Test
  void whatWasShownIsMadeAndUndone() throws Exception {
    bundle("previewed", "exit 0");
    TreeMap<String, String> before = state(tree);
    CliResult shown =
        good(
            "run",
            "--preview",
            "--host",
            "one",
            "--host",
            "two",
            "--host",
            "three",
            "previewed",
            "go");
    assertThat(state(tree)).isEqualTo(before);
    assertThat(shown.text())
        .as(shown::toString)
        .contains(
            "3 hosts: one, three, two:",
            "4 paths: 2 created, 1 changed, 1 deleted; 2 insertions(+), 2 deletions(-)",
            "diff --git a" + tree + "/text b" + tree + "/text",
            " one\n-two\n+2\n three\n",
            "+fresh")
        .doesNotContain("kept", "on stdout");
    assertThat(shown.stderr())
        .contains("on stdout", "on stderr", "not foreseen: services", "network = \"host\"");
    String job = job(shown);
    assertThat(good("job", "preview", job, "--stat").text()).contains("3 hosts: one, three, two:");
    assertThat(good("job", "list").text()).contains("previewed go (preview)");

    assertThat(good("run", "--apply-preview", job, "--host", "three").text())
        .contains("changed  " + tree + "/text", "applied, identical");
    assertThat(tree.resolve("text")).hasContent("one\n2\nthree\n");
    assertThat(tree.resolve("gone")).doesNotExist();
    assertThat(tree.resolve("new/file")).hasContent("fresh\n");
    CliResult late = stack.cli("run", "--apply-preview", job, "--host", "two");
    assertThat(late.exitCode()).as(late::toString).isEqualTo(1);
    assertThat(late.text())
        .contains("conflict " + tree + "/text  (changed since)", "make a new one");
    good("snapshot", "restore", job, "--host", "three", "--reason", "only tried");
    assertThat(state(tree)).isEqualTo(before);
    assertThat(good("audit", "list", "-o", "json").text())
        .contains("hostler run --apply-preview " + job);
  }

  @Test
  void aKilledAgentFinishesThePreview() throws Exception {
    bundle("previewed-slowly", "sleep 3");
    TreeMap<String, String> before = state(tree);
    CliCall call =
        stack.cliCall(List.of("run", "--preview", "--host", "three", "previewed-slowly", "go"));
    Path attempts = fleet.three.folder().resolve("state/attempts");
    Stack.await("the program in its layers", () -> wrote(attempts));
    fleet.three.daemon().kill();
    fleet.three.start();
    CliResult result = call.result();
    assertThat(result.exitCode()).as(result::toString).isZero();
    assertThat(result.text()).contains("-two\n+2\n");
    assertThat(state(tree)).isEqualTo(before);
    good("run", "--apply-preview", job(result));
    assertThat(tree.resolve("new/file")).hasContent("fresh\n");
  }

  private static boolean wrote(Path attempts) {
    try (Stream<Path> all = Files.walk(attempts, 6)) {
      return all.anyMatch(path -> path.endsWith("upper/new/file"));
    } catch (IOException | java.io.UncheckedIOException e) {
      return false;
    }
  }

  /** Host three has an older drop-in; it sees a folder of its own in place of the machine's. */
  @Test
  void hostsThatDifferAreShownApartAndHardenedAsShown() throws Exception {
    Path folder = Path.of("/etc/ssh/sshd_config.d");
    assumeThat(Path.of("/usr/sbin/sshd")).exists();
    assumeThat(folder).isDirectory();
    assumeThat(folder.resolve("10-hostler.conf")).doesNotExist();
    if (!stack.cli("bundle", "show", "sshd-hardening").text().contains("sshd-hardening")) {
      push(Stack.checkout().resolve("examples/sshd-hardening"), "sshd-hardening");
    }
    TreeMap<String, String> machine = state(folder);
    Path own = Files.createDirectory(tree.resolve("own"));
    Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(own.resolve("10-hostler.conf"), "PermitRootLogin yes\nMaxAuthTries 3\n");
    TreeMap<String, String> before = state(own);
    fleet.three.daemon().kill();
    fleet.three.startWith(own, folder);
    try {
      stack.awaitConnected("three");
      CliResult shown = good("run", "--preview", "-t", "true", "sshd-hardening", "apply");
      assertThat(shown.text())
          .as(shown::toString)
          .contains(
              "2 hosts: one, two:\n created /etc/ssh/sshd_config.d/10-hostler.conf",
              "1 host: three:\n changed /etc/ssh/sshd_config.d/10-hostler.conf",
              "-PermitRootLogin yes\n",
              "+PermitRootLogin no\n");
      assertThat(state(own)).isEqualTo(before);
      assertThat(state(folder)).isEqualTo(machine);

      String job = job(shown);
      good("run", "--apply-preview", job, "--host", "three");
      assertThat(own.resolve("10-hostler.conf")).content().contains("PermitRootLogin no\n");
      good("run", "--host", "three", "sshd-hardening", "verify");
      good("snapshot", "restore", job, "--host", "three", "--reason", "only tried");
      assertThat(state(own)).isEqualTo(before);
      assertThat(state(folder)).isEqualTo(machine);
    } finally {
      fleet.three.daemon().kill();
      fleet.three.start();
      stack.awaitConnected("three");
    }
  }
}
