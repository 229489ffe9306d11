package dev.hostler.agent.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.hostler.agent.attempt.SnapshotDeed;
import dev.hostler.agent.attempt.SnapshotResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was said of a snapshot, in numbers. */
class SnapshotReportTest {
  @TempDir Path folder;

  private List<SnapshotResult> of(String verb, int code, String said) throws Exception {
    String before = "changed  /of/an/earlier/try\nrefused: 1 paths\n";
    Path stdout = Files.writeString(folder.resolve("stdout"), before + said);
    return SnapshotReport.of(stdout, before.length(), verb, "a.1", code);
  }

  private static SnapshotResult result(
      SnapshotDeed deed, boolean identical, long changes, long left, long conflicts, String... l) {
    return new SnapshotResult("a.1", deed, identical, changes, left, conflicts, List.of(l), 0);
  }

  @Test
  void aRestore() throws Exception {
    assertThat(of("restore", 0, "changed  /a  (content)\nrestored, identical: 3 changes undone\n"))
        .containsExactly(result(SnapshotDeed.RESTORED, true, 3, 0, 0));
    assertThat(
            of(
                "restore",
                0,
                "restored, identical: 3 changes undone\nsysctl:a.b: was \"0\", is \"1\"\n"))
        .containsExactly(
            result(SnapshotDeed.RESTORED, false, 3, 1, 0, "sysctl:a.b: was \"0\", is \"1\""));
    String some =
        """
        changed  /a  (content)
        created  /b
        deleted  /c
        failed   /a  (content: the pack does not have what was captured)
        left:
        changed  /a  (content)
        restored, but 1 differences are left
        """;
    assertThat(of("restore", 1, some))
        .containsExactly(
            result(
                SnapshotDeed.RESTORED,
                false,
                2,
                1,
                0,
                "failed   /a  (content: the pack does not have what was captured)",
                "changed  /a  (content)"));
  }

  @Test
  void aRefusal() throws Exception {
    assertThat(
            of(
                "restore",
                2,
                "conflict /a  (changed since)\nconflict /b  (created since)\nrefused: 2 paths\n"))
        .containsExactly(
            result(
                SnapshotDeed.REFUSED,
                false,
                0,
                0,
                2,
                "conflict /a  (changed since)",
                "conflict /b  (created since)"));
    assertThat(of("apply", 2, "conflict /a  (changed since)\nrefused: 1 paths\n"))
        .extracting(SnapshotResult::deed)
        .containsExactly(SnapshotDeed.REFUSED);
  }

  @Test
  void anEndHalfWay() throws Exception {
    assertThat(of("restore", 70, "changed  /a  (content)\n"))
        .containsExactly(result(SnapshotDeed.FAILED, false, 0, 0, 0));
    assertThat(of("diff", 70, "")).containsExactly(result(SnapshotDeed.FAILED, false, 0, 0, 0));
  }

  @Test
  void aComparison() throws Exception {
    assertThat(of("diff", 0, "identical\n"))
        .containsExactly(result(SnapshotDeed.COMPARED, true, 0, 0, 0));
    assertThat(
            of(
                "diff",
                1,
                "changed  /a  (mode)\n1 differences\nnftables: was 2 lines, is 3 lines\n"))
        .containsExactly(
            result(
                SnapshotDeed.COMPARED,
                false,
                0,
                2,
                0,
                "changed  /a  (mode)",
                "nftables: was 2 lines, is 3 lines"));
    String many = "changed  /a\n".repeat(60);
    SnapshotResult result = of("diff", 1, many).getFirst();
    assertThat(result.differences()).isEqualTo(60);
    assertThat(result.lines()).hasSize(SnapshotResult.MOST_LINES);
  }

  @Test
  void aChainStopsAtTheFirstThatDoesNotComeBack() throws Exception {
    String chain =
        """
        c.1  web 1.0.0 go  job j3:
        changed  /a  (content)
        restored, identical: 1 changes undone
        b.1  web 1.0.0 go  job j2:
        conflict /b  (changed since)
        refused: 1 paths have changed since the job ended; --force restores them all the same
        stopped: 1 of 3 were brought back before this one
        """;
    assertThat(of("rewind", 2, chain))
        .extracting(SnapshotResult::id, SnapshotResult::deed, SnapshotResult::identical)
        .containsExactly(
            tuple("c.1", SnapshotDeed.RESTORED, true), tuple("b.1", SnapshotDeed.REFUSED, false));
    assertThat(of("rewind", 0, "nothing to do: all 2 were brought back before\n"))
        .containsExactly(result(SnapshotDeed.RESTORED, true, 0, 0, 0));
  }

  @Test
  void whatNeedsNoCounting() throws Exception {
    assertThat(of("apply", 0, "created  /a\napplied, identical: 1 changes made\n"))
        .containsExactly(result(SnapshotDeed.APPLIED, true, 1, 0, 0));
    for (String verb : List.of("pin", "unpin", "remove")) {
      assertThat(of(verb, 0, "")).hasSize(1);
    }
    assertThat(of("list", 0, "")).isEmpty();
    assertThat(of("show", 0, "")).isEmpty();
  }
}
