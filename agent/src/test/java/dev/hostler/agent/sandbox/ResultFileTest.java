package dev.hostler.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.sandbox.cgroup.CgroupCounters;
import dev.hostler.agent.sandbox.cgroup.CpuThrottling;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultFileTest {
  private static final String REST =
      "ended_unix_ns=1700000000000000001\nstdout_bytes=1\nstdout_dropped=2\nstderr_bytes=3\n"
          + "stderr_dropped=4\nspool_errno=28\nspool_lost=5\n";
  @TempDir Path root;

  private RunRecord read(String text) throws Exception {
    Path file = root.resolve("result");
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    return ResultFile.read(file, "a.1");
  }

  private RunRecord ended(String how) throws Exception {
    return read("version=1\nattempt=a.1\n" + how + "\n" + REST);
  }

  @Test
  void allFields() throws Exception {
    RunRecord ended =
        ended(
            "state=exited\nexit_code=3\nreason=none\nstarted_unix_ns=1600000000123456789\n"
                + "oom_kills=1\nmemory_peak_bytes=2\ncpu_usec=3\npids_denied=4\ncpu_periods=8\ncpu_throttled=2"
                + "\ncpu_throttled_usec=9\ntmp_full=1\ntmp_peak_bytes=5\nfiles_full=6\nlater=new");

    assertThat(ended.end()).isEqualTo(new RunEnd.Exited(3));
    assertThat(ended.startedAt()).contains(Instant.ofEpochSecond(1_600_000_000, 123_456_789));
    assertThat(ended.endedAt()).isEqualTo(Instant.ofEpochSecond(1_700_000_000, 1));
    assertThat(ended.stdout()).isEqualTo(new StreamTotal(1, 2));
    assertThat(ended.stderr()).isEqualTo(new StreamTotal(3, 4));
    assertThat(ended.spoolErrno()).isEqualTo(28);
    assertThat(ended.spoolLostBytes()).isEqualTo(5);
    assertThat(ended.use())
        .isEqualTo(
            new CgroupCounters(
                OptionalLong.of(1),
                OptionalLong.of(2),
                OptionalLong.of(3),
                OptionalLong.of(4),
                new CpuThrottling(8, 2, 9)));
    assertThat(ended.use().throttling().share()).isEqualTo(0.25);
    assertThat(ended.marks()).isEqualTo(new LimitMarks(1, 6, 5));
  }

  @Test
  void textIsUnescaped() throws Exception {
    RunRecord ended =
        ended("state=not_started\nreason=none\nerror=a\\nb\\\\n ä\nstage=mounts\nerrno=13");

    assertThat(ended.end()).isEqualTo(new RunEnd.NotStarted("mounts", 13, "a\nb\\n ä"));
    assertThat(ended.message()).isEqualTo("mounts: a\nb\\n ä");
    assertThat(ended.use()).isEqualTo(CgroupCounters.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({
    "state=exited;exit_code=137;reason=none, EXITED, 137",
    "state=exited;exit_code=137;reason=none;oom_kills=1, OUT_OF_MEMORY, 137",
    "state=exited;exit_code=0;reason=none;oom_kills=1, EXITED, 0",
    "state=signaled;signal=9;reason=none, SIGNALED, -1",
    "state=signaled;signal=9;reason=killed, SIGNALED, -1",
    "state=signaled;signal=9;reason=none;oom_kills=2, OUT_OF_MEMORY, -1",
    "state=signaled;signal=9;reason=killed;oom_kills=2, OUT_OF_MEMORY, -1",
    "state=signaled;signal=15;reason=timeout;oom_kills=2, TIMED_OUT, -1",
    "state=signaled;signal=15;reason=cpu_time, TIMED_OUT, -1",
    "state=exited;exit_code=0;reason=cancelled, CANCELLED, 0",
    "state=not_started;reason=none;error=x;stage=exec;errno=2, EXITED, 127",
    "state=not_started;reason=none;error=x;stage=exec;errno=20, EXITED, 127",
    "state=not_started;reason=none;error=x;stage=exec;errno=13, EXITED, 126",
    "state=not_started;reason=none;error=x;stage=exec;errno=8, EXITED, 126",
    "state=not_started;reason=none;error=x;stage=exec;errno=12, SANDBOX_FAILED, -1",
    "state=not_started;reason=none;error=x;stage=cwd;errno=2, SANDBOX_FAILED, -1",
    "state=not_started;reason=cancelled;error=x;stage=mounts;errno=0, CANCELLED, -1",
  })
  void outcomes(String how, RunOutcome outcome, int exitCode) throws Exception {
    RunRecord ended = ended(how.replace(';', '\n'));

    assertThat(ended.outcome()).isEqualTo(outcome);
    assertThat(ended.exitCode().orElse(-1)).isEqualTo(exitCode);
  }

  @ParameterizedTest
  @CsvSource({
    "'version=2;attempt=a.1', version 1",
    "'version=1;attempt=b.1', not the record of attempt a.1",
    "'attempt=a.1', has no version",
    "'version=1;attempt=a.1', has no state",
    "'version=1;attempt=a.1;state=flying', flying",
    "'version=1;attempt=a.1;state=exited;exit_code=x', is no number",
    "'version=1;attempt=a.1;state=exited;exit_code=1;reason=moon', moon",
    "'version=1;attempt=a.1;state=exited;exit_code=1', has no ended_unix_ns",
  })
  void malformedRecordsAreRefused(String text, String reason) {
    assertThatThrownBy(() -> read(text.replace(';', '\n')))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining(reason);
  }
}
