package dev.hostler.trust.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Jobs about checkpoints, as operators sign them. */
class CheckpointWorkTest {
  private static final String DIGEST = "ab".repeat(32);

  private static byte[] json(JobWork.Checkpoint work) throws JobException {
    return SampleJob.with(work).canonicalJson();
  }

  @Test
  void oneTextStandsForEach() throws Exception {
    JobWork.Checkpoint create =
        JobWork.Checkpoint.create("monday", List.of("/etc/ssh", "/etc/hosts"), "");
    assertThat(new String(json(create), StandardCharsets.UTF_8))
        .contains(
            "\"checkpoint\":{\"name\":\"monday\",\"paths\":[\"/etc/ssh\",\"/etc/hosts\"],"
                + "\"reason\":\"\",\"verb\":\"create\"}");
    assertThat(create.words())
        .containsExactly("hostler", "checkpoint", "create", "monday", "/etc/ssh", "/etc/hosts");
    JobWork.Checkpoint restore =
        JobWork.Checkpoint.restore("monday", true, "broke logins", List.of(DIGEST));
    assertThat(new String(json(restore), StandardCharsets.UTF_8))
        .contains("\"force\":true")
        .contains("\"shown\":[\"" + DIGEST + "\"]");
    assertThat(restore.words())
        .containsExactly(
            "hostler", "checkpoint", "restore", "monday", "--force", "--reason", "broke logins");
    assertThat(JobWork.Checkpoint.plan("monday", "").words())
        .containsExactly("hostler", "checkpoint", "restore", "monday", "--plan");
    for (JobWork.Checkpoint work :
        List.of(
            create,
            restore,
            JobWork.Checkpoint.plan("monday", "look"),
            JobWork.Checkpoint.remove("monday", "done"))) {
      assertThat(JobStatement.read(json(work)).work()).isEqualTo(work);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "juggle, a, '', false, why, '', checkpoint.verb",
    "create, ../a, /etc/ssh, false, '', '', checkpoint.name",
    "create, '', /etc/ssh, false, '', '', checkpoint.name",
    "create, a, '', false, '', '', checkpoint.paths",
    "create, a, /proc/1, false, '', '', checkpoint.paths[0]",
    "create, a, etc, false, '', '', checkpoint.paths[0]",
    "create, a, /, false, '', '', checkpoint.paths[0]",
    "create, a, /etc;/etc, false, '', '', checkpoint.paths[1]",
    "create, a, /etc/ssh, true, '', '', checkpoint.force",
    "create, a, /etc/ssh, false, '', x, checkpoint.shown",
    "plan, a, /etc/ssh, false, '', '', checkpoint.paths",
    "plan, a, '', true, '', '', checkpoint.force",
    "restore, a, '', false, '', ok, checkpoint.reason",
    "restore, a, '', false, why, '', checkpoint.shown",
    "restore, a, '', false, why, x, checkpoint.shown[0]",
    "remove, a, '', false, '', '', checkpoint.reason"
  })
  void whatMakesNoSenseIsNotSigned(
      String verb,
      String name,
      String paths,
      boolean force,
      String reason,
      String shown,
      String field) {
    List<String> list = paths.isEmpty() ? List.of() : Arrays.asList(paths.split(";"));
    List<String> digests =
        shown.isEmpty() ? List.of() : List.of(shown.equals("ok") ? DIGEST : shown);
    assertThatThrownBy(() -> json(new JobWork.Checkpoint(verb, name, list, force, reason, digests)))
        .isInstanceOf(JobException.class)
        .hasMessageContaining(field);
  }

  @Test
  void noMoreThanSoManyPlansAndPaths() {
    assertThatThrownBy(() ->
            json(JobWork.Checkpoint.restore("a", false, "why", Collections.nCopies(1001, DIGEST))))
        .hasMessageContaining("checkpoint.shown");
    assertThatThrownBy(() ->
            json(
                JobWork.Checkpoint.create(
                    "a", IntStream.range(0, 65).mapToObj(i -> "/a" + i).toList(), "")))
        .hasMessageContaining("checkpoint.paths: has 65 paths");
  }
}
