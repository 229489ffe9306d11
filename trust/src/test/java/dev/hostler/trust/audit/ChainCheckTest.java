package dev.hostler.trust.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.trust.audit.ChainCheck.Finding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChainCheckTest {
  private static final Instant AT = Instant.parse("2026-11-21T08:00:00.000123Z");

  private record Chained(AuditRow row, String previous, String hash) {
    Chained saying(String actor) {
      return new Chained(
          new AuditRow(row.sequence(), row.at(), actor, row.verb(), row.subject(), row.details()),
          previous,
          hash);
    }

    Chained at(long place) {
      return new Chained(
          new AuditRow(place, row.at(), row.actor(), row.verb(), row.subject(), row.details()),
          previous,
          hash);
    }

    Chained with(String newPrevious) {
      return new Chained(row, newPrevious, row.hash(newPrevious));
    }
  }

  private final List<Chained> rows = new ArrayList<>();

  @BeforeEach
  void write() {
    String previous = AuditRow.START;
    for (int i = 1; i <= 10; i++) {
      AuditRow row =
          new AuditRow(i, AT.plusSeconds(i), "operator:ann", "job.submit", "job:" + i, "{}");
      rows.add(new Chained(row, previous, row.hash(previous)));
      previous = rows.getLast().hash();
    }
  }

  private static ChainCheck check(
      List<Chained> rows, Chained head, AuditCheckpoint... checkpoints) {
    ChainCheck check = new ChainCheck();
    for (AuditCheckpoint checkpoint : checkpoints) {
      check.require(checkpoint);
    }
    rows.forEach(row -> check.add(row.row(), row.previous(), row.hash()));
    check.end(head.row().sequence(), head.hash());
    return check;
  }

  private List<String> findings(AuditCheckpoint... checkpoints) {
    return found(rows.getLast(), checkpoints);
  }

  private List<String> found(Chained head, AuditCheckpoint... checkpoints) {
    return check(rows, head, checkpoints).findings().stream()
        .map(finding -> finding.kind() + " " + finding.sequence())
        .toList();
  }

  private AuditCheckpoint checkpoint(int place) {
    return new AuditCheckpoint(place, rows.get(place - 1).hash(), AT.plusSeconds(100));
  }

  @Test
  void aLogAsWrittenHasNoFindings() {
    ChainCheck check = check(rows, rows.getLast(), checkpoint(4), checkpoint(10));
    assertThat(check.findings()).isEmpty();
    assertThat(check.last()).isEqualTo(10);
    assertThat(check.lastHash()).isEqualTo(rows.getLast().hash());
  }

  @Test
  void theHashIsTheDocumentedOne() {
    // made by another program: hashlib and struct of Python
    assertThat(new AuditRow(1, Instant.EPOCH, "a", "b.c", "d", "{}").hash(AuditRow.START))
        .isEqualTo("aa9ef60eb22715afea90839761d04cb004451e823ce79daa8db63bc0d3841dfe");
  }

  @Test
  void anEmptyLogIsFine() {
    ChainCheck check = new ChainCheck();
    check.end(0, AuditRow.START);
    assertThat(check.findings()).isEmpty();
  }

  @Test
  void eachAlteredRowIsNamed() {
    rows.set(2, rows.get(2).saying("operator:eve"));
    rows.set(6, rows.get(6).saying("operator:eve"));
    assertThat(findings()).containsExactly("ALTERED 3", "ALTERED 7");
  }

  @Test
  void anAlteredRowWithANewHashDoesNotLeadToTheNext() {
    Chained old = rows.get(4);
    rows.set(4, old.saying("operator:eve").with(old.previous()));
    assertThat(findings()).containsExactly("UNLINKED 6");
  }

  @Test
  void removedRowsAreNamed() {
    rows.remove(0);
    rows.remove(3);
    rows.remove(3);
    List<Finding> findings = check(rows, rows.getLast()).findings();
    assertThat(findings)
        .extracting(Finding::message)
        .containsExactly("row 1 is missing", "rows 5 to 6 are missing");
  }

  @Test
  void aRemovedEndShowsAsLongAsTheLogSaysWhereItEnded() {
    Chained head = rows.getLast();
    rows.removeLast();
    rows.removeLast();
    assertThat(check(rows, head).findings())
        .singleElement()
        .extracting(Finding::message)
        .isEqualTo("rows 9 to 10 are missing at the end");
  }

  @Test
  void aCutEndWithItsMarkIsFoundByACheckpointOnly() {
    AuditCheckpoint checkpoint = checkpoint(9);
    rows.removeLast();
    assertThat(findings(checkpoint)).isEmpty();
    rows.removeLast();
    assertThat(findings()).isEmpty();
    assertThat(findings(checkpoint)).containsExactly("CHECKPOINT 9");
  }

  @Test
  void aLogWrittenAnewIsFoundByACheckpointOnly() {
    AuditCheckpoint checkpoint = checkpoint(9);
    String previous = rows.get(4).previous();
    for (int i = 4; i < 10; i++) {
      rows.set(i, rows.get(i).saying("operator:eve").with(previous));
      previous = rows.get(i).hash();
    }
    assertThat(findings()).isEmpty();
    assertThat(findings(checkpoint)).containsExactly("CHECKPOINT 9");
  }

  @Test
  void rowsThatChangedPlacesAreNamedWithTheirOldPlace() {
    Chained third = rows.get(2);
    rows.set(2, rows.get(7).at(3));
    rows.set(7, third.at(8));
    assertThat(check(rows, rows.getLast()).findings())
        .extracting(Finding::message)
        .containsExactly(
            "row 3 was moved: it is what was written as row 8",
            "row 8 was moved: it is what was written as row 3");
  }

  @Test
  void aRowRemovedWithAllLaterOnesMovedUpIsNamed() {
    rows.remove(4);
    for (int i = 4; i < 9; i++) {
      rows.set(i, rows.get(i).at(i + 1));
    }
    assertThat(found(rows.getLast()))
        .containsExactly("MOVED 5", "MOVED 6", "MOVED 7", "MOVED 8", "MOVED 9");
  }

  @Test
  void rowsInAnotherOrderAreNamed() {
    rows.add(3, rows.remove(5));
    assertThat(check(rows, rows.getLast()).findings())
        .extracting(Finding::message)
        .contains("rows 4 to 5 are missing", "row 4 comes after row 6");
  }

  @Test
  void aRowOfACheckpointThatIsMissingIsNamed() {
    AuditCheckpoint checkpoint = checkpoint(5);
    rows.remove(4);
    assertThat(findings(checkpoint)).containsExactly("MISSING 5", "CHECKPOINT 5");
  }

  @Test
  void findingsAreBounded() {
    ChainCheck check = new ChainCheck();
    for (int i = 1; i <= 1100; i++) {
      AuditRow row = new AuditRow(i, AT, "a", "b.c", "d", "{}");
      check.add(row, AuditRow.START, AuditRow.START);
    }
    assertThat(check.findings()).hasSize(1000);
    assertThat(check.more()).isEqualTo(100);
  }
}
