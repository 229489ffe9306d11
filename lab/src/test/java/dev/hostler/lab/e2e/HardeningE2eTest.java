package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The hardening of SSH fails half-way, or is undone after another job: /etc/ssh is as it was, to
 * the byte and the attribute, as tools see it that are not ours. Host three has an /etc/ssh of its
 * own for that.
 */
class HardeningE2eTest {
  private static final Path SSH = Path.of("/etc/ssh");
  private static final String DROP_IN = "sshd_config.d/10-hostler.conf";

  private final Fleet fleet = Fleet.get();
  private final Stack stack = fleet.stack;
  private Path tree;
  private Path own;
  private Path signer;

  @BeforeEach
  void make() throws Exception {
    assumeThat(Path.of("/usr/sbin/sshd")).exists();
    assumeThat(SSH).isDirectory();
    signer = stack.data().resolve("hardening-signer");
    if (!Files.exists(signer)) {
      good("signer", "create", signer.toString());
      fleet.three.pinBundleRoots(signer.resolve("root.crt"));
    }
    tree = Files.createTempDirectory(Path.of("/srv"), "hostler-e2e-");
    own = Files.createDirectories(tree.resolve("ssh/sshd_config.d")).getParent();
    Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(
        own.resolve("sshd_config"), "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n");
    Files.writeString(own.resolve("sshd_config.d/50-site.conf"), "Banner none\n");
    Files.writeString(own.resolve(DROP_IN), "PermitRootLogin yes\n");
    sh("cd \"$0\" && ssh-keygen -q -t ed25519 -N '' -f ssh_host_ed25519_key", own);
    sh(
        "setfattr -n user.origin -v site \"$0\" && touch -d '2 days ago' \"$0\"",
        own.resolve(DROP_IN));
    fleet.three.daemon().kill();
    fleet.three.startWith(own, SSH);
    stack.awaitConnected("three");
  }

  @AfterEach
  void remove() throws Exception {
    if (tree == null) {
      return;
    }
    fleet.three.daemon().kill();
    fleet.three.start();
    stack.awaitConnected("three");
    sh("chattr -R -i \"$0\"", tree);
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static String sh(String script, Path argument) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", script, argument.toString())
            .redirectErrorStream(true)
            .start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private String look() throws IOException, InterruptedException {
    Path look = Stack.checkout().resolve("agent/snapshot/test/look.sh");
    return sh(". " + look + "; look \"$0\"", own);
  }

  private CliResult good(String... arguments) {
    CliResult result = stack.cli(arguments);
    assertThat(result.exitCode()).as(result::toString).isZero();
    return result;
  }

  /**
   * The example, with one line after its last step.
   *
   * @param injected what goes wrong there
   */
  private void push(String name, String injected) throws Exception {
    Path source = stack.data().resolve(name);
    sh("cp -r " + Stack.checkout().resolve("examples/sshd-hardening") + " \"$0\"", source);
    Path toml = source.resolve("bundle.toml");
    Files.writeString(
        toml, Files.readString(toml).replace("\"sshd-hardening\"", "\"" + name + "\""));
    Path program = source.resolve("payload/bin/harden");
    String last = "  mv -f \"$folder/.10-hostler.conf.new\" \"$drop_in\"\n";
    assertThat(Files.readString(program)).contains(last);
    Files.writeString(program, Files.readString(program).replace(last, last + injected));
    String file = stack.data().resolve(name + ".hostler").toString();
    good("bundle", "build", source.toString(), "--out", file);
    good("bundle", "sign", file, "--signer", signer.toString());
    good("bundle", "push", file);
  }

  @Test
  void aStepThatFailsTakesAllBack() throws Exception {
    push("hardening-blocked", "");
    sh("chattr +i \"$0\"", own.resolve(DROP_IN)); // its last step, the rename, must fail
    String before = look();
    CliResult result = stack.cli("run", "--host", "three", "hardening-blocked", "apply");
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.toString())
        .contains("Operation not permitted", "rolled back to snapshot", "restored, identical: ")
        .doesNotContain("identical: 0 changes");
    assertThat(look()).isEqualTo(before);
  }

  @Test
  void whatWasDoneBeforeAFailureIsTakenBack() throws Exception {
    push(
        "hardening-broken",
        """
          grep -q 'PermitRootLogin no' "$drop_in" || exit 99
          echo 'Banner /nowhere' >"$folder/50-site.conf"
          chmod 600 "$drop_in"; ln "$drop_in" "$folder/60-more.conf"; kill -9 $$
        """);
    String before = look();
    CliResult result = stack.cli("run", "--host", "three", "hardening-broken", "apply");
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.stderr())
        .as(result::toString)
        .contains("rolled back to snapshot", "restored, identical: ")
        .doesNotContain("exit code 99");
    assertThat(look()).isEqualTo(before);
  }

  @Test
  void afterASecondJobTheFirstIsUndoneByHand() throws Exception {
    push("hardening-twice", "");
    String before = look();
    String first =
        good("run", "--host", "three", "--detach", "hardening-twice", "apply").text().strip();
    good("job", "watch", first);
    fleet.three.daemon().kill();
    fleet.three.startWith(own, SSH);
    stack.awaitConnected("three");
    good("run", "--host", "three", "hardening-twice", "apply", "--param", "max_auth_tries=5");
    good("run", "--host", "three", "hardening-twice", "verify", "--param", "max_auth_tries=5");
    String after = look();
    CliResult refused =
        stack.cli("snapshot", "restore", first, "--host", "three", "--reason", "locked out");
    assertThat(refused.exitCode()).as(refused::toString).isEqualTo(1);
    assertThat(refused.text()).contains("conflict /etc/ssh/" + DROP_IN + "  (changed since)");
    assertThat(look()).isEqualTo(after);

    CliResult chained =
        good("snapshot", "restore", first, "--chain", "--host", "three", "--reason", "locked out");
    assertThat(chained.text()).as(chained::toString).contains("brought back: 2");
    assertThat(look()).isEqualTo(before);
  }
}
