package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliCall;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Streams that are silent for longer than a minute, the time after which proxies, servers and
 * clients give up by default. In real time: what is tested is that no timer of anybody's runs out.
 */
class LongWatchE2eTest {
  private static final String SCRIPT =
      "echo begin; echo first >&2; sleep 70; echo end; echo last >&2; exit 3";

  private final Stack stack = Fleet.get().stack;

  @Test
  void aRunAndItsFollowersStayConnectedThroughAMinuteOfSilence() throws InterruptedException {
    CliCall run = stack.cliCall(List.of("run", "--host", "one", "--", "/bin/sh", "-c", SCRIPT));
    Stack.await("first output", () -> run.stdoutSoFar().contains("begin"));
    String job = newestJob();
    CliCall logs = stack.cliCall(List.of("job", "logs", "-f", job));
    CliCall stderr = stack.cliCall(List.of("job", "logs", "-f", "--stderr", job));
    CliCall watch = stack.cliCall(List.of("job", "watch", job));

    CliResult end = run.result();
    assertThat(end.exitCode()).as(end::toString).isEqualTo(1);
    assertThat(end.text()).isEqualTo("begin\nend\n");
    assertThat(end.stderr()).contains("first\n", "last\n", "exit code 3");
    CliResult watched = watch.result();
    assertThat(watched.exitCode()).as(watched::toString).isEqualTo(1);
    assertThat(watched.text()).isEqualTo("begin\nend\n");
    CliResult followed = logs.result();
    assertThat(followed.exitCode()).as(followed::toString).isZero();
    assertThat(followed.text()).isEqualTo("begin\nend\n");
    assertThat(followed.stderr()).isEqualTo("first\nlast\n");
    CliResult errors = stderr.result();
    assertThat(errors.exitCode()).as(errors::toString).isZero();
    assertThat(errors.text() + errors.stderr()).isEqualTo("first\nlast\n");
  }

  /** Of the tests' own: the one whose script this is. */
  private String newestJob() {
    CliResult list = stack.cli("job", "list", "-o", "json", "--limit", "20");
    assertThat(list.exitCode()).as(list::toString).isZero();
    int at = list.text().indexOf("sleep 70");
    assertThat(at).as(list::text).isPositive();
    String before = list.text().substring(0, at);
    String key = "\"id\"";
    int id = before.lastIndexOf(key);
    int open = before.indexOf('"', before.indexOf(':', id));
    return before.substring(open + 1, before.indexOf('"', open + 1));
  }
}
