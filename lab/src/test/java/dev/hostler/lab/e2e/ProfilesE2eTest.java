package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A named profile narrows a job; hosts test their own sandboxes. */
class ProfilesE2eTest {
  private static final String STANDARD =
      "agent/src/main/resources/dev/hostler/agent/sandbox/seccomp/standard.json";

  private final Stack stack = Fleet.get().stack;

  @TempDir Path folder;

  @Test
  void aJobRunsWithLessThanItsProfileForbids() throws Exception {
    String standard = Files.readString(Stack.checkout().resolve(STANDARD));
    assertThat(standard).contains("\"uname\"");
    Path file =
        Files.writeString(folder.resolve("p.json"), standard.replace("\"uname\"", "\"no_such\""));

    assertThat(stack.cli("sandbox", "profile", "push", "no-uname", file.toString()).exitCode())
        .isZero();
    assertThat(stack.cli("sandbox", "profile", "list").text()).contains("no-uname");
    CliResult narrow =
        stack.cli("run", "--host", "one", "--profile", "no-uname", "--", "uname", "-s");
    assertThat(narrow.stderr()).as(narrow::toString).contains("one denied: uname");
    assertThat(narrow.exitCode()).isEqualTo(1);
    assertThat(stack.cli("run", "--host", "one", "--", "uname", "-s").text()).contains("Linux");
    assertThat(stack.cli("audit", "list").text()).contains("profile.push");
    assertThat(stack.cli("sandbox", "profile", "remove", "no-uname").exitCode()).isZero();
  }

  @Test
  void hostsTestTheirOwnSandboxes() {
    for (String user : new String[] {"default", "root"}) {
      CliResult result = stack.cli("sandbox", "test", "--host", "one", "--run-as", user);
      assertThat(result.exitCode()).as(result::toString).isZero();
      assertThat(result.text()).contains("contained  mount_tmpfs", "0 escaped");
      assertThat(result.stderr()).contains("one denied: ptrace");
    }
  }
}
