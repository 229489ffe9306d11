package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Commands on one host, as an operator sees them. */
class CommandsE2eTest {
  private final Stack stack = Fleet.get().stack;

  private CliResult run(String... command) {
    String[] arguments = new String[command.length + 4];
    arguments[0] = "run";
    arguments[1] = "--host";
    arguments[2] = "one";
    arguments[3] = "--";
    System.arraycopy(command, 0, arguments, 4, command.length);
    return stack.cli(arguments);
  }

  private CliResult shell(String script) {
    return run("/bin/sh", "-c", script);
  }

  @Test
  void aCommandsOutputComesBackOnItsOwnStreams() {
    CliResult result = shell("echo out; echo err >&2");
    assertThat(result.exitCode()).as(result::toString).isZero();
    assertThat(result.text()).isEqualTo("out\n");
    assertThat(result.stderr()).contains("err\n");
  }

  @Test
  void aFailureIsExitCodeOneAndNamesTheProgramsExitCode() {
    CliResult result = shell("exit 7");
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.stderr()).contains("7");
  }

  @Test
  void aCommandThatDoesNotExistIs127() {
    CliResult result = run("no-such-program");
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.stderr()).contains("127").contains("no-such-program");
  }

  @Test
  void aFileThatIsNotExecutableIs126() {
    CliResult result = run("/etc/passwd");
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.stderr()).contains("126").contains("/etc/passwd");
  }

  @Test
  void aSignalIsNamed() {
    CliResult result = shell("kill -SEGV $$");
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.stderr()).containsIgnoringCase("SEGV");
  }

  @Test
  void outOfMemoryIsReportedAsSuch() {
    CliResult result =
        run("/usr/bin/perl", "-e", "my @a; push @a, 'x' x 1048576 for 1..65536; print 'survived'");
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.stderr()).containsIgnoringCase("out of memory");
    assertThat(result.text()).doesNotContain("survived");
  }

  @Test
  void pastItsTimeoutACommandIsEnded() {
    CliResult result =
        stack.cli("run", "--host", "one", "--timeout", "1s", "--", "/bin/sleep", "600");
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.stderr()).containsIgnoringCase("timed out");
  }

  @Test
  void noOutputIsFine() {
    CliResult result = run("/bin/true");
    assertThat(result.exitCode()).as(result::toString).isZero();
    assertThat(result.stdout()).isEmpty();
  }

  @Test
  void aLastLineWithoutNewlineStaysWithout() {
    assertThat(run("/usr/bin/printf", "no newline").text()).isEqualTo("no newline");
  }

  @Test
  void binaryOutputComesBackByteForByte() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    byte[] bytes = new byte[2000];
    new Random(seed).nextBytes(bytes);
    StringBuilder octal = new StringBuilder();
    for (byte b : bytes) {
      octal.append(String.format("\\%03o", b & 0xff));
    }
    assertThat(run("/usr/bin/printf", octal.toString()).stdout()).isEqualTo(bytes);
  }

  @Test
  void invalidUtf8IsPassedOnAsItIs() {
    byte[] wanted = {
      'a', (byte) 0xff, (byte) 0xfe, (byte) 0xc3, '(', (byte) 0xed, (byte) 0xa0, '\n'
    };
    assertThat(run("/usr/bin/printf", "a\\377\\376\\303(\\355\\240\\n").stdout()).isEqualTo(wanted);
  }

  @Test
  void twoHundredMegabytesComeBackWhole() throws Exception {
    long size = 200L << 20;
    CliResult result =
        stack.cli(
            "run",
            "--host",
            "one",
            "--timeout",
            "5m",
            "--",
            "/bin/sh",
            "-c",
            "yes 0123456789abcdef | head -c " + size);
    assertThat(result.exitCode()).as(result::stderr).isZero();
    assertThat(result.stdout().length).isEqualTo((int) size);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] line = "0123456789abcdef\n".getBytes(StandardCharsets.US_ASCII);
    MessageDigest wanted = MessageDigest.getInstance("SHA-256");
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < 1 << 16; i++) {
      block.writeBytes(line);
    }
    byte[] bytes = block.toByteArray();
    for (long done = 0; done < size; done += bytes.length) {
      wanted.update(bytes, 0, (int) Math.min(bytes.length, size - done));
    }
    assertThat(HexFormat.of().formatHex(digest.digest(result.stdout())))
        .isEqualTo(HexFormat.of().formatHex(wanted.digest()));
  }

  @Test
  void logsGiveTheSameBytesLater() {
    CliResult detached =
        stack.cli("run", "--host", "one", "--detach", "--", "/bin/sh", "-c", "echo a; echo b >&2");
    assertThat(detached.exitCode()).as(detached::toString).isZero();
    String job = detached.text().strip();
    assertThat(stack.cli("job", "watch", job).exitCode()).isZero();
    assertThat(stack.cli("job", "logs", job, "--stdout").text()).isEqualTo("a\n");
    CliResult both = stack.cli("job", "logs", job);
    assertThat(both.text()).isEqualTo("a\n");
    assertThat(both.stderr()).isEqualTo("b\n");
  }

  @Test
  void everyHostIsPrefixedAndCounted() {
    CliResult result = stack.cli("run", "-t", "labels.lab == \"true\"", "--", "/bin/echo", "hi");
    assertThat(result.exitCode()).as(result::toString).isZero();
    assertThat(result.text().lines().map(String::strip))
        .hasSize(3)
        .allMatch(line -> line.endsWith("hi"))
        .anyMatch(line -> line.startsWith("one"))
        .anyMatch(line -> line.startsWith("two"))
        .anyMatch(line -> line.startsWith("three"));
    assertThat(result.stderr()).contains("3");
  }

  @Test
  void cancelEndsARunningJob() throws InterruptedException {
    CliResult detached =
        stack.cli("run", "--host", "one", "--detach", "--", "/bin/sh", "-c", "echo up; sleep 600");
    String job = detached.text().strip();
    Stack.await("started", () -> stack.cli("job", "logs", job).text().contains("up"));
    assertThat(stack.cli("job", "cancel", job).exitCode()).isZero();
    CliResult watched = stack.cli("job", "watch", job);
    assertThat(watched.exitCode()).as(watched::toString).isEqualTo(1);
    assertThat(stack.cli("job", "show", job).text()).containsIgnoringCase("cancelled");
  }

  @Test
  void closingStandardOutputEarlyLeavesTheJobAlone() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            "/bin/sh",
            "-c",
            Stack.checkout().resolve("bin/hostler")
                + " run --host one -- /bin/sh -c 'yes | head -c 20000000; echo end >&2' | head -n 1");
    builder.environment().putAll(stack.cliEnvironment());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(out).isEqualTo("y\n");
  }

  @Test
  void nothingIsLeftOfAnAttempt() throws IOException, InterruptedException {
    assertThat(shell("sleep 300 & exit 0").exitCode()).isZero();
    List<String> before =
        Fleet.get().one.cgroups().stream()
            .map(String::valueOf)
            .filter(path -> path.contains("attempt"))
            .toList();
    Stack.await(
        "attempt groups gone",
        () ->
            Fleet.get().one.cgroups().stream().noneMatch(path -> before.contains(path.toString())));
  }
}
