package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import org.junit.jupiter.api.Test;

/** What a program may not do, as the operator sees it while the program runs. */
class DenialsE2eTest {
  private final Stack stack = Fleet.get().stack;

  private CliResult shell(String script) {
    return stack.cli("run", "--host", "one", "--", "/bin/bash", "-c", script);
  }

  @Test
  void deniedCallsAreToldOnStderrAndInTheJob() {
    CliResult result =
        shell("mount -t tmpfs x /mnt; unshare -U true; exec 3<>/dev/tcp/192.0.2.7/443");

    assertThat(result.stderr())
        .as(result::toString)
        .contains("hostler: one denied: mount(/mnt, flags=0x0)")
        .contains("hostler: one denied: unshare(CLONE_NEWUSER)")
        .contains("hostler: one denied: connect(192.0.2.7:443)");
    String job = result.stderr().replaceAll("(?s).*\\(job ([0-9a-f-]{36})\\).*", "$1");
    CliResult show = stack.cli("job", "show", job);
    assertThat(show.text()).contains("DENIED").contains("connect(192.0.2.7:443)");
    CliResult json = stack.cli("job", "show", job, "-o", "json");
    assertThat(json.text())
        .contains("\"call\": \"mount\"")
        .contains("\"detail\": \"192.0.2.7:443\"");
  }

  @Test
  void theyComeWhileTheProgramStillRuns() {
    CliResult result =
        stack.cli(
            "run",
            "-o",
            "json",
            "--host",
            "one",
            "--",
            "/bin/bash",
            "-c",
            "unshare -U true; sleep 2; echo over");

    int denied = result.text().indexOf("\"type\":\"denied\"");
    int over = result.text().indexOf("over");
    assertThat(denied).as(result::toString).isPositive();
    assertThat(result.text().indexOf("\"over\\n\"")).isGreaterThan(denied);
    assertThat(over).isPositive();
  }

  @Test
  void aThousandAreOneLineWithACount() {
    CliResult result =
        shell("for i in $(seq 50); do (: <>/dev/tcp/192.0.2.8/80) 2>/dev/null; done");

    assertThat(result.stderr().lines().filter(line -> line.contains("192.0.2.8:80")).count())
        .as(result::toString)
        .isBetween(1L, 4L);
    assertThat(result.stderr()).contains("connect(192.0.2.8:80) ×50");
  }
}
