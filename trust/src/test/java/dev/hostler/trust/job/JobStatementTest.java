package dev.hostler.trust.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.trust.job.JobException.Reason;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The form of the job statement, and its rules. */
class JobStatementTest {

  private static String text(JobStatement job) throws JobException {
    return new String(job.canonicalJson(), StandardCharsets.UTF_8);
  }

  private static JobStatement read(String text) throws JobException {
    return JobStatement.read(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void isReadAsItWasWritten() throws Exception {
    for (JobStatement job : List.of(SampleJob.action(), SampleJob.command())) {
      assertThat(JobStatement.read(job.canonicalJson())).isEqualTo(job);
    }
    assertThat(text(SampleJob.action()))
        .isEqualTo(
            "{\"action\":{\"action\":\"collect\",\"bundle\":\"host-report\",\"manifest\":\""
                + SampleJob.MANIFEST
                + "\",\"version\":\"1.4.0\"},\"allow_older\":false,\"concurrency\":5,"
                + "\"env\":{\"LEVEL\":\"debug\"},\"expires\":\"2026-11-21T08:00:00Z\","
                + "\"format\":\"hostler.job/1\",\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA\","
                + "\"not_before\":\"2026-11-21T06:59:00Z\","
                + "\"params\":{\"format\":\"json\",\"n\":3},\"targets\":{\"count\":3,\"root\":\""
                + TargetTree.of(SampleJob.HOSTS).targets().root()
                + "\"},\"timeout_ms\":30000}");
    assertThat(text(SampleJob.command()))
        .startsWith("{\"allow_older\":false,\"command\":[\"uname\",\"-a\"]")
        .contains("\"run_as\":\"root\"");
  }

  @Test
  void leavesOutWhatWasNotAskedFor() throws Exception {
    JobStatement whole = SampleJob.with(new JobWork.Command(List.of("id"), "default"));
    JobStatement least =
        new JobStatement(
            whole.work(),
            new TreeMap<>(),
            null,
            0,
            whole.notBefore(),
            whole.expires(),
            whole.nonce(),
            true,
            whole.targets());
    assertThat(text(least)).doesNotContain("run_as", "timeout_ms", "params");
    assertThat(JobStatement.read(least.canonicalJson())).isEqualTo(least);
  }

  @Test
  void asksForANarrowerSandbox() throws Exception {
    String profile = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[]}";
    JobStatement job = asking(SampleJob.command(), profile);

    assertThat(text(job)).contains("\"sandbox\":{\"seccomp\":" + profile + "}");
    assertThat(read(text(job))).isEqualTo(job);
    assertThat(text(SampleJob.command())).doesNotContain("sandbox");
    for (String bad :
        List.of("{}", "7", "{\"seccomp\":{}}", "{\"seccomp\":" + profile + ",\"x\":1}")) {
      assertThatThrownBy(() -> read(text(job).replace("{\"seccomp\":" + profile + "}", bad)))
          .as(bad)
          .isInstanceOf(JobException.class);
    }
    JobStatement snapshot =
        asking(SampleJob.with(new JobWork.Snapshot("list", "", false, "")), profile);
    assertThatThrownBy(snapshot::canonicalJson).hasMessageContaining("sandbox: is given");
  }

  private static JobStatement asking(JobStatement of, String profile) {
    return changed(of, new JobSandbox(profile), Limits.NONE);
  }

  @Test
  void testsSandboxesAsOneOfTwoUsers() throws Exception {
    JobStatement test = SampleJob.with(new JobWork.SandboxTest("root"));
    assertThat(read(text(test))).isEqualTo(test);
    assertThat(text(test)).contains("\"sandbox_test\":{\"run_as\":\"root\"}");
    assertThatThrownBy(() -> SampleJob.with(new JobWork.SandboxTest("www")).canonicalJson())
        .hasMessageContaining("sandbox_test.run_as: is 'www'");
  }

  @Test
  void limitsAreSignedAndHaveNoTimeoutAmongThem() throws Exception {
    JobStatement whole = SampleJob.with(new JobWork.Command(List.of("id"), "default"));
    Limits limits = Limits.of(Map.of(Limit.MEMORY, 64L << 20, Limit.CPU, 500L));
    JobStatement limited = changed(whole, JobSandbox.USUAL, limits);
    assertThat(text(limited)).contains("\"limits\":{\"cpu_millis\":500,\"memory_bytes\":67108864}");
    assertThat(JobStatement.read(limited.canonicalJson())).isEqualTo(limited);
    assertThatThrownBy(() ->
            changed(whole, JobSandbox.USUAL, limits.with(Limit.TIMEOUT, 1000)).canonicalJson())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("limits.timeout_ms");
    assertThatThrownBy(
            () -> changed(whole, JobSandbox.USUAL, limits.with(Limit.PIDS, 0)).canonicalJson())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("limits.pids");
    assertThatThrownBy(() ->
            JobStatement.read(
                text(whole)
                    .replace("\"concurrency\"", "\"limits\":{},\"concurrency\"")
                    .getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(JobException.class);
  }

  private static JobStatement changed(JobStatement job, JobSandbox sandbox, Limits limits) {
    return new JobStatement(
        job.work(),
        job.env(),
        job.timeout(),
        job.concurrency(),
        job.notBefore(),
        job.expires(),
        job.nonce(),
        job.allowOlder(),
        job.targets(),
        sandbox,
        limits);
  }

  /** What is replaced in the sample's text, by what, and what the message must say. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "hostler.job/1"            | "hostler.job/2"             | format
          "hostler.job/1"            | 1                           | format
          "concurrency":5            | "concurrency":-1            | concurrency
          "concurrency":5            | "concurrency":2000000       | concurrency
          "concurrency":5            | "concurrency":5.5           | concurrency
          "concurrency":5            | "concurrency":5.0           | concurrency
          "concurrency":5,           | ``                          | concurrency: is missing
          "allow_older":false,       | ``                          | allow_older: is missing
          "allow_older":false        | "allow_older":"no"          | allow_older
          "allow_older":false        | "allow_older":false,"x":1   | x
          "LEVEL"                    | "1LEVEL"                    | env
          "LEVEL"                    | "HOSTLER_JOB_ID"            | HOSTLER_
          "debug"                    | "a\\u0000b"                 | NUL
          "debug"                    | 7                           | env.LEVEL
          T08:00:00Z                 | T06:00:00Z                  | expires
          2026-11-21T08              | 2026-12-31T08               | at most 31 days
          T08:00:00Z                 | T08:00:00.5Z                | whole seconds
          T06:59:00Z                 | T06:59:00.001Z              | whole seconds
          T08:00:00Z                 | T08:00:00+00:00             | canonical
          "2026-11-21T08:00:00Z"     | "soon"                      | expires
          AAAAAAAAAAAAAAAAAAAAAA     | AAAAAAAAAAAAAAAAAAAAAB      | nonce
          AAAAAAAAAAAAAAAAAAAAAA     | AAAA                        | nonce
          "count":3                  | "count":0                   | targets.count
          "count":3                  | "count":3,"hosts":[]        | hosts
          "count":3,                 | ``                          | targets.count: is missing
          "root":"                   | "root":"AB                  | targets.root
          "version":"1.4.0"          | "version":"1.4"             | action.version
          "version":"1.4.0"          | "version":"1.4.0","x":""    | x
          "bundle":"host-report"     | "bundle":"../host"          | action.bundle
          "action":"collect"         | "action":""                 | action.action
          "manifest":"ab             | "manifest":"AB              | action.manifest
          "params":                  | "params2":                  | params: is missing
          "params":{                 | "params":{"z":1,            | canonical
          "timeout_ms":30000         | "timeout_ms":0              | timeout_ms
          "timeout_ms":30000         | "timeout_ms":30000 | canonical
          "timeout_ms":30000         | "timeout_ms":2592000001     | timeout_ms
          "timeout_ms":30000         | "timeout_ms":30000,"timeout_ms":1 | Duplicate
          "timeout_ms":30000         | "run_as":"root","timeout_ms":30000 | run_as
          "timeout_ms":30000         | "command":["id"],"timeout_ms":30000 | `action, command: are given together`
          """)
  void refusesAnyOtherText(String part, String other, String message) throws Exception {
    String sample = text(SampleJob.action());
    assertThat(sample).contains(part);
    String changed =
        other.equals(part) ? sample.replace(":30000", ": 30000") : sample.replace(part, other);
    assertThatThrownBy(() -> read(changed))
        .isInstanceOfSatisfying(
            JobException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED))
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ["uname","-a"]   | []                | command
          ["uname","-a"]   | [""]              | command
          ["uname","-a"]   | ["a\\u0000"]      | NUL
          ["uname","-a"]   | "uname"           | command
          ["uname","-a"]   | [1]               | command[0]
          "root","targets" | "Root!","targets" | run_as
          "root","targets" | "default","targets" | canonical
          "root","targets" | "root","params":{},"targets" | params
          """)
  void refusesOtherCommands(String part, String other, String message) throws Exception {
    String sample = text(SampleJob.command());
    assertThat(sample).contains(part);
    assertThatThrownBy(() -> read(sample.replace(part, other)))
        .isInstanceOf(JobException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesBytesAroundAndTooMany() throws Exception {
    String sample = text(SampleJob.action());
    for (String changed : List.of("", "{", "[]", sample + " ", " " + sample, sample + sample)) {
      assertThatThrownBy(() -> read(changed))
          .isInstanceOfSatisfying(
              JobException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
    }
    assertThatThrownBy(() -> JobStatement.read(new byte[JobStatement.MAX_BYTES + 1]))
        .isInstanceOfSatisfying(
            JobException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
  }

  @Test
  void writesNothingThatItWouldNotRead() {
    JobStatement bad = SampleJob.with(new JobWork.Command(List.of(), "default"));
    assertThatThrownBy(bad::canonicalJson).isInstanceOf(JobException.class);
    JobStatement large =
        SampleJob.with(
            new JobWork.Action(
                "a", "1.0.0", "b", SampleJob.MANIFEST, "{\"x\":\"" + "y".repeat(97 << 10) + "\"}"));
    assertThatThrownBy(large::canonicalJson).hasMessageContaining("params: have");
    JobStatement arguments =
        SampleJob.with(new JobWork.Command(List.of("x".repeat(129 << 10)), "default"));
    assertThatThrownBy(arguments::canonicalJson).hasMessageContaining("command: has");
  }

  @Test
  void makesNoncesThatDiffer() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      String nonce = JobStatement.newNonce();
      assertThat(Base64.getUrlDecoder().decode(nonce)).hasSize(16);
      assertThat(seen.add(nonce)).isTrue();
    }
    assertThat(JobStatement.LONGEST_LIFE).isEqualTo(Duration.ofDays(31));
  }
}
