package dev.hostler.trust.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Jobs about snapshots, as operators sign them. */
class SnapshotWorkTest {
  private static byte[] json(JobWork.Snapshot work) throws JobException {
    return SampleJob.with(work).canonicalJson();
  }

  @Test
  void oneTextStandsForIt() throws Exception {
    JobWork.Snapshot work = new JobWork.Snapshot("restore", "t-1.2", true, "broke logins");
    byte[] json = json(work);
    assertThat(new String(json, StandardCharsets.UTF_8))
        .contains(
            "\"snapshot\":{\"force\":true,\"id\":\"t-1.2\",\"reason\":\"broke"
                + " logins\",\"verb\":\"restore\"}");
    assertThat(JobStatement.read(json).work()).isEqualTo(work);
    assertThat(work.words())
        .containsExactly(
            "hostler", "snapshot", "restore", "t-1.2", "--force", "--reason", "broke logins");
    assertThat(new JobWork.Snapshot("list", "", false, "").words())
        .containsExactly("hostler", "snapshot", "list");
  }

  @ParameterizedTest
  @CsvSource({
    "juggle, a.1, false, why, snapshot.verb",
    "restore, a.1, false, '', snapshot.reason",
    "remove, '', false, why, snapshot.id",
    "show, ../a, false, '', snapshot.id",
    "list, a.1, false, '', snapshot.id",
    "diff, a.1, true, '', snapshot.force"
  })
  void whatMakesNoSenseIsNotSigned(
      String verb, String id, boolean force, String reason, String field) {
    assertThatThrownBy(() -> json(new JobWork.Snapshot(verb, id, force, reason)))
        .isInstanceOf(JobException.class)
        .hasMessageContaining(field);
  }

  @Test
  void whatIsAppliedIsWhatWasShown() throws Exception {
    String digest = "ab".repeat(32);
    JobWork.Snapshot work = new JobWork.Snapshot("apply", "t-1", false, "why", List.of(digest));
    byte[] json = json(work);
    assertThat(new String(json, StandardCharsets.UTF_8))
        .contains("\"shown\":[\"" + digest + "\"],\"verb\":\"apply\"");
    assertThat(JobStatement.read(json).work()).isEqualTo(work);
    assertThat(work.words())
        .containsExactly("hostler", "run", "--apply-preview", "t-1", "--reason", "why");
    for (JobWork.Snapshot bad :
        List.of(
            new JobWork.Snapshot("apply", "t-1", false, "why"),
            new JobWork.Snapshot("restore", "t-1", false, "why", List.of(digest)),
            new JobWork.Snapshot("apply", "t-1", false, "why", List.of("AB".repeat(32))),
            new JobWork.Snapshot(
                "apply", "t-1", false, "why", Collections.nCopies(1001, digest)))) {
      assertThatThrownBy(() -> json(bad)).hasMessageContaining("snapshot.shown");
    }
  }

  @Test
  void aPreviewIsNoRun() throws Exception {
    JobWork.Action run = new JobWork.Action("web", "1.0.0", "apply", "ab".repeat(32), "{}");
    JobWork.Action preview =
        new JobWork.Action("web", "1.0.0", "apply", "ab".repeat(32), "{}", true);
    String text = new String(SampleJob.with(preview).canonicalJson(), StandardCharsets.UTF_8);
    assertThat(text).contains("\"preview\":true");
    assertThat(JobStatement.read(text.getBytes(StandardCharsets.UTF_8)).work()).isEqualTo(preview);
    assertThat(new String(SampleJob.with(run).canonicalJson(), StandardCharsets.UTF_8))
        .as("as before there were previews")
        .doesNotContain("preview");
    assertThatThrownBy(() ->
            JobStatement.read(
                text.replace("\"preview\":true", "\"preview\":false")
                    .getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(JobException.class)
        .hasMessageContaining("canonical");
  }

  @Test
  void itStandsAlone() throws Exception {
    String both =
        new String(json(new JobWork.Snapshot("list", "", false, "")), StandardCharsets.UTF_8)
            .replace("{\"allow_older\"", "{\"command\":[\"id\"],\"allow_older\"");
    assertThatThrownBy(() -> JobStatement.read(both.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(JobException.class)
        .hasMessageContaining("are given together");
  }

  @Test
  void onlyLookingChangesNothing() {
    assertThat(JobWork.Snapshot.VERBS)
        .filteredOn(verb -> !new JobWork.Snapshot(verb, "a", false, "").changes())
        .containsExactly("list", "show", "diff");
  }
}
