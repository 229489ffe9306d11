package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an action that declares nothing to a sandbox in which it runs, by what a test host saw. */
class LearnE2eTest {
  private final Fleet fleet = Fleet.get();
  private final Stack stack = fleet.stack;

  @TempDir Path folder;

  private CliResult good(String... arguments) {
    CliResult result = stack.cli(arguments);
    assertThat(result.exitCode()).as(result::toString).isZero();
    return result;
  }

  /** With this sandbox; the payload has the learned profile once there is one. */
  private void push(String version, Path tree, String sandbox) throws Exception {
    Path program = folder.resolve("payload/bin/go");
    Files.createDirectories(program.getParent());
    Files.writeString(
        folder.resolve("bundle.toml"),
        """
        name = "learner"
        version = "%s"

        [actions.go]
        argv = ["bin/go"]
        run_as = "root"

        """
                .formatted(version)
            + sandbox);
    Files.writeString(
        program,
        """
        #!/bin/sh
        cd %s && uname -s >made && rm made && echo new >file && chown 1:1 file && echo done
        """
            .formatted(tree));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    String file = stack.data().resolve("learner-" + version + ".hostler").toString();
    good("bundle", "build", folder.toString(), "--out", file);
    good("bundle", "sign", file, "--signer", stack.data().resolve("learn-signer").toString());
    good("bundle", "push", file);
  }

  @Test
  void whatATestHostSawIsEnough() throws Exception {
    Path signer = stack.data().resolve("learn-signer");
    good("signer", "create", signer.toString());
    AgentHost host = stack.addAgent(AgentHost.LEARNING + "-1");
    host.pinBundleRoots(signer.resolve("root.crt"));
    Path tree = Files.createTempDirectory(Path.of("/srv"), "hostler-learn-");
    try {
      Files.writeString(tree.resolve("file"), "old\n");
      push("1.0.0", tree, "");
      CliResult plain = stack.cli("run", "--host", host.name(), "learner", "go");
      assertThat(plain.exitCode()).as(plain::toString).isEqualTo(1);
      assertThat(plain.stderr())
          .contains("denied: openat(" + tree + "/made outside the declared paths)");
      assertThat(tree.resolve("file")).hasContent("old");

      Files.createDirectories(folder.resolve("payload/seccomp"));
      CliResult learned =
          good(
              "sandbox",
              "learn",
              "learner",
              "go",
              "--host",
              host.name(),
              "--profile-out",
              folder.resolve("payload/seccomp/go.json").toString());
      assertThat(learned.text())
          .contains("writable = [\"" + tree + "\"]")
          .contains("capabilities = [\"CAP_CHOWN\"]")
          .contains("network = \"none\"")
          .contains("seccomp = \"seccomp/go.json\"");
      assertThat(tree.resolve("file")).hasContent("new");
      Files.delete(tree.resolve("file")); // the action has given it away
      Files.writeString(tree.resolve("file"), "old\n");

      push("1.0.1", tree, learned.text());
      CliResult again = good("run", "--host", host.name(), "learner", "go");
      assertThat(again.text()).contains("done");
      assertThat(again.stderr()).doesNotContain("denied:");
      assertThat(tree.resolve("file")).hasContent("new");
    } finally {
      Files.deleteIfExists(tree.resolve("file"));
      Files.deleteIfExists(tree.resolve("made"));
      Files.delete(tree);
      good("host", "remove", host.name(), "--yes"); // other tests count the fleet's hosts
    }
  }

  @Test
  void otherHostsRecordNothing() {
    CliResult refused = stack.cli("sandbox", "learn", "host-report", "collect", "--host", "one");
    assertThat(refused.exitCode()).as(refused::toString).isNotZero();
  }
}
