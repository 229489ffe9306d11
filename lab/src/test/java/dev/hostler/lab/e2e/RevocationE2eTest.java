package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliCall;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A bundle version that is revoked while it runs, through all programs. */
class RevocationE2eTest {
  private final Fleet fleet = Fleet.get();
  private final Stack stack = fleet.stack;

  private CliResult good(String... arguments) {
    CliResult result = stack.cli(arguments);
    assertThat(result.exitCode()).as(result::toString).isZero();
    return result;
  }

  private void push(String version, Path signer) throws Exception {
    Path source = stack.data().resolve("sleeper-" + version);
    Files.createDirectories(source.resolve("payload/bin"));
    Files.writeString(
        source.resolve("bundle.toml"),
        """
        name = "sleeper"
        version = "%s"
        description = "Sleeps"

        [actions.sleep]
        description = "Sleeps for a long time"
        argv = ["bin/sleeper"]

        [actions.nothing]
        description = "Ends at once"
        argv = ["bin/nothing"]
        """
            .formatted(version));
    program(source.resolve("payload/bin/sleeper"), "echo asleep\nexec sleep 600\n");
    program(source.resolve("payload/bin/nothing"), "echo done\n");
    String file = stack.data().resolve("sleeper-" + version + ".hostler").toString();
    good("bundle", "build", source.toString(), "--out", file);
    good("bundle", "sign", file, "--signer", signer.toString());
    good("bundle", "push", file);
  }

  private static void program(Path file, String script) throws Exception {
    Files.writeString(file, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void whatIsRevokedEndsAndDoesNotStartAgain() throws Exception {
    Path signer = stack.data().resolve("sleeper-signer");
    good("signer", "create", signer.toString());
    fleet.two.pinBundleRoots(signer.resolve("root.crt"));
    push("1.0.0", signer);
    push("1.1.0", signer);
    good("run", "--host", "two", "sleeper@1.0.0", "nothing");

    CliCall running = stack.cliCall(List.of("run", "--host", "two", "sleeper@1.0.0", "sleep"));
    Stack.await("the program asleep", () -> running.stdoutSoFar().contains("asleep"));
    long begin = System.nanoTime();
    good("revocation", "create", "bundle", "sleeper@1.0.0", "--reason", "test");
    CliResult ended = running.result();
    System.out.printf(
        "revocation create → running program gone and reported, two CLI processes: %d ms%n",
        (System.nanoTime() - begin) / 1_000_000);
    assertThat(ended.exitCode()).as(ended::toString).isEqualTo(1);
    assertThat(ended.stderr()).as(ended::toString).contains("ended by this host", "revoked");

    CliResult again = stack.cli("run", "--host", "two", "sleeper@1.0.0", "nothing");
    assertThat(again.exitCode()).as(again::toString).isEqualTo(1);
    assertThat(again.stderr()).as(again::toString).contains("revoked");

    good("run", "--host", "two", "sleeper@1.1.0", "nothing");
    good("bundle", "yank", "sleeper@1.1.0");
    CliResult yanked = stack.cli("run", "--host", "two", "sleeper@1.1.0", "nothing");
    assertThat(yanked.stderr()).as(yanked::toString).contains("yanked");
    good("bundle", "yank", "sleeper@1.1.0", "--undo");
    good("run", "--host", "two", "sleeper@1.1.0", "nothing");
  }
}
