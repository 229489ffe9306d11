package dev.hostler.trust.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator wants kept before a program starts, in what is signed. */
class JobCaptureTest {
  private static final JobWork COMMAND = new JobWork.Command(List.of("id"), "default");
  private static final JobWork ACTION = SampleJob.action().work();

  private static String text(JobStatement job) throws JobException {
    return new String(job.canonicalJson(), StandardCharsets.UTF_8);
  }

  @Test
  void isReadAsItWasWritten() throws Exception {
    for (JobWork work : List.of(COMMAND, ACTION)) {
      JobStatement job =
          SampleJob.with(work, new JobCapture(List.of("/etc/ssh", "/srv/ä b"), true));
      assertThat(JobStatement.read(job.canonicalJson())).isEqualTo(job);
      assertThat(text(job))
          .contains(
              "\"capture\":{\"paths\":[\"/etc/ssh\",\"/srv/ä b\"],\"rollback_on_failure\":true}");
    }
    assertThat(text(SampleJob.with(ACTION, new JobCapture(List.of(), true))))
        .contains("\"capture\":{\"rollback_on_failure\":true}");
    assertThat(text(SampleJob.with(COMMAND, new JobCapture(List.of("/etc"), false))))
        .contains("\"capture\":{\"paths\":[\"/etc\"]}");
    assertThat(text(SampleJob.action())).doesNotContain("capture");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "7",
        "{\"paths\":[]}",
        "{\"paths\":[\"/etc\"],\"rollback_on_failure\":false}",
        "{\"paths\":[\"/etc\"],\"x\":1}",
        "{\"paths\":\"/etc\"}"
      })
  void hasOneFormOnly(String other) throws Exception {
    String good = text(SampleJob.with(COMMAND, new JobCapture(List.of("/etc"), false)));
    String bad = good.replace("{\"paths\":[\"/etc\"]}", other);
    assertThat(bad).isNotEqualTo(good);
    assertThatThrownBy(() -> JobStatement.read(bad.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(JobException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /              | is the whole host
          /proc/sys      | like all of /proc
          /sys           | like all of /sys
          /dev/sda       | like all of /dev
          /run/x         | like all of /run
          /var/run       | like all of /var/run
          etc            | is not an absolute path
          /etc/          | is not an absolute path
          /etc/../proc   | is not an absolute path
          /etc/./x       | is not an absolute path
          //etc          | is not an absolute path
          ''             | is not an absolute path
          """)
  void somePathsAreKeptNowhere(String path, String why) {
    assertThat(SnapshotPaths.refusal(path)).contains(why);
    assertThatThrownBy(() ->
            SampleJob.with(COMMAND, new JobCapture(List.of("/etc", path), false)).canonicalJson())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("capture.paths[1]: '" + path + "' ")
        .hasMessageContaining(why);
  }

  @Test
  void othersAreForTheHostToSay() {
    for (String path : List.of("/etc", "/procs", "/home/x", "/running", "/var/runner")) {
      assertThat(SnapshotPaths.refusal(path)).as(path).isNull();
    }
    assertThat(SnapshotPaths.refusal("/a\nb")).contains("control");
    assertThat(SnapshotPaths.refusal("/" + "x".repeat(1024))).isNotNull();
  }

  @Test
  void isShownAsItIsAskedFor() {
    assertThat(new JobCapture(List.of("/a", "/b"), true).words())
        .isEqualTo("--snapshot /a --snapshot /b --rollback");
    assertThat(new JobCapture(List.of("/a", "/b", "/c", "/d", "/e"), false).words())
        .isEqualTo("--snapshot /a --snapshot /b --snapshot /c and 2 more");
  }

  @Test
  void isRefusedWhereItMeansNothing() {
    JobCapture some = new JobCapture(List.of("/etc"), false);
    refused(COMMAND, new JobCapture(List.of(), true), "capture.rollback_on_failure: is set");
    refused(new JobWork.Snapshot("list", "", false, ""), some, "capture: is given");
    refused(new JobWork.SandboxTest("root"), some, "capture: is given");
    refused(
        new JobWork.Action("b", "1.0.0", "a", SampleJob.MANIFEST, "{}", true),
        some,
        "a preview changes nothing");
    refused(COMMAND, new JobCapture(List.of("/etc", "/etc"), false), "is named twice");
    List<String> many = new ArrayList<>();
    for (int i = 0; i <= JobCapture.MOST_PATHS; i++) {
      many.add("/srv/" + i);
    }
    refused(COMMAND, new JobCapture(many, false), "has 65 paths");
  }

  private static void refused(JobWork work, JobCapture capture, String message) {
    assertThatThrownBy(() -> SampleJob.with(work, capture).canonicalJson())
        .isInstanceOf(JobException.class)
        .hasMessageContaining(message);
  }
}
