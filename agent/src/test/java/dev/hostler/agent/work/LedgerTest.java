package dev.hostler.agent.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Bounds;
import dev.hostler.agent.attempt.CheckpointHeld;
import dev.hostler.agent.attempt.LimitHit;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.ResourceUse;
import dev.hostler.agent.attempt.SealedWith;
import dev.hostler.agent.attempt.SnapshotDeed;
import dev.hostler.agent.attempt.SnapshotResult;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.usage.Leak;
import dev.hostler.agent.usage.UsageSummary;
import dev.hostler.common.time.ManualTime;
import dev.hostler.trust.job.JobCapture;
import dev.hostler.trust.job.JobSandbox;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  @TempDir Path dir;
  private final ManualTime time = new ManualTime();

  private Assignment command(String task, int number) {
    return new Assignment(
        new AttemptId(task, number),
        "job-1",
        new Work.Command(List.of("echo", "hällo", ""), "root"),
        Map.of("A", "b", "C", "d=e"),
        Duration.ofMillis(1500),
        time.instant().plusSeconds(3600),
        JobDraft.authority("ann"),
        new Bounds(
            Limits.of(Map.of(Limit.MEMORY, 64L << 20)), Limits.of(Map.of(Limit.CPU_TIME, 900L))));
  }

  private Assignment action(String task) {
    return new Assignment(
        new AttemptId(task, 1),
        "job-2",
        new Work.Action("host-report", "1.2.3", "collect", "ab".repeat(32), 12345, "{\"a\":1}")
            .with(new SealedWith("nonce", "wrapped")),
        Map.of(),
        Duration.ZERO,
        null,
        JobDraft.authority("bob" + "x".repeat(1000))
            .with(new JobSandbox("{\"a\":1}", true))
            .with(new JobCapture(List.of("/etc/ssh", "/srv"), true)));
  }

  private static final UsageSummary SEEN =
      new UsageSummary(
          1,
          2,
          3,
          4,
          5,
          6,
          7,
          8,
          9,
          10,
          11,
          12,
          13,
          14,
          -1,
          -1,
          List.of(new Leak("threads", 2, 90, 12.5)));

  private AttemptResult result() {
    return new AttemptResult(
        Outcome.OUT_OF_MEMORY,
        0,
        9,
        "the memory limit",
        Refusal.NONE,
        time.instant().minusSeconds(3),
        time.instant(),
        new StreamEnd(10, 2),
        new StreamEnd(0, 0),
        "disk full",
        new ResourceUse(1, 2, 3, 4, SEEN),
        List.of(
            new Denial(0, "mount", "/mnt", 3, time.instant(), time.instant(), 77, false),
            new Denial(127, "other", "", 9, time.instant(), time.instant(), 78, true)),
        List.of(
            new LimitHit("memory", 64, 2, "bundle", 0, true),
            new LimitHit("cpu", 500, 7, "policy", 0.25, false)),
        "{\"calls\":{}}",
        List.of(
            new SnapshotResult(
                "t.1", SnapshotDeed.RESTORED, false, 7, 2, 3, List.of("conflict /a", "ä"), 9),
            SnapshotResult.of("u.1", SnapshotDeed.PINNED)),
        new CheckpointHeld("monday", "t.1", time.instant(), 1, 2, 3, true));
  }

  private Ledger open() throws IOException {
    return Ledger.open(dir, time);
  }

  @Test
  void everyFieldComesBackAfterARestart() throws IOException {
    try (Ledger ledger = open()) {
      ledger.accept(command("t1", 2), "boot-1");
      ledger.accept(action("t2"), "boot-1");
      ledger.end(new AttemptId("t2", 1), result(), true);
    }
    try (Ledger ledger = open()) {
      assertThat(ledger.entries())
          .containsExactly(
              new Ledger.Entry(command("t1", 2), "boot-1", null),
              new Ledger.Entry(action("t2"), "boot-1", result()));
    }
  }

  @Test
  void aForgottenAttemptStaysKnownUntilItsExpiryHasPassed() throws IOException {
    try (Ledger ledger = open()) {
      ledger.accept(command("t1", 2), "b");
      ledger.end(new AttemptId("t1", 2), result(), false);
      ledger.forget(new AttemptId("t1", 2));
    }
    try (Ledger ledger = open()) {
      assertThat(ledger.entries()).isEmpty();
      assertThat(ledger.knows(new AttemptId("t1", 1))).as("an earlier try").isTrue();
      assertThat(ledger.knows(new AttemptId("t1", 2))).as("the same").isTrue();
      assertThat(ledger.knows(new AttemptId("t1", 3))).as("a later try").isFalse();
      assertThat(ledger.knows(new AttemptId("t9", 1))).as("another task").isFalse();
    }
  }

  @Test
  void anAttemptThatIsHeldFencesEarlierTries() throws IOException {
    try (Ledger ledger = open()) {
      ledger.accept(command("t1", 2), "b");
      assertThat(ledger.knows(new AttemptId("t1", 1))).isTrue();
      assertThat(ledger.knows(new AttemptId("t1", 2))).isTrue();
      assertThat(ledger.knows(new AttemptId("t1", 3))).isFalse();
    }
  }

  @Test
  void staysSmallHoweverManyAttemptsPass() throws IOException {
    try (Ledger ledger = open()) {
      ledger.accept(command("kept", 1), "b");
      for (int i = 0; i < 1500; i++) {
        Assignment one = action("t" + i);
        ledger.accept(one, "b");
        ledger.end(one.id(), result(), false);
        ledger.forget(one.id());
        time.advance(Duration.ofMinutes(5));
      }
      assertThat(ledger.sizes().get("bytes")).isLessThan(1 << 20);
      assertThat(ledger.entries()).hasSize(1);
    }
    try (Ledger ledger = open()) {
      assertThat(ledger.entries())
          .extracting(e -> e.assignment().id().taskId())
          .containsOnly("kept");
      assertThat(ledger.knows(new AttemptId("t1499", 1))).isTrue();
      assertThat(ledger.knows(new AttemptId("t0", 1))).as("long past").isFalse();
    }
  }

  @Test
  void boundsWhatUsedIdsCost() throws IOException {
    try (Ledger ledger = Ledger.open(dir, time, 100)) {
      for (int i = 0; i < 150; i++) {
        ledger.accept(action("t" + i), "b");
        ledger.forget(new AttemptId("t" + i, 1));
      }
      assertThat(ledger.sizes().get("used")).isEqualTo(100);
      assertThat(ledger.knows(new AttemptId("t149", 1))).isTrue();
    }
  }

  @Test
  void aFullDiskRefusesNewWorkAndIsMendedWhenThereIsRoomAgain() throws Exception {
    Path disk = Files.createDirectory(dir.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=64k", "hostler-test", disk.toString());
    try {
      try (Ledger ledger = Ledger.open(disk.resolve("ledger"), time)) {
        ledger.accept(command("t1", 1), "b");
        Path filler = disk.resolve("filler");
        fill(filler);
        Assignment large =
            new Assignment(
                new AttemptId("t2", 1),
                "j",
                new Work.Command(List.of("x".repeat(20_000)), "default"),
                Map.of(),
                Duration.ZERO,
                null,
                JobDraft.authority("ann"));
        assertThatThrownBy(() -> ledger.accept(large, "b")).isInstanceOf(IOException.class);
        assertThat(ledger.knows(large.id())).isFalse();
        // The end of the first is kept in memory, and written when there is room.
        ledger.end(new AttemptId("t1", 1), result(), true);
        Files.delete(filler);
        ledger.accept(command("t3", 1), "b");
      }
      try (Ledger ledger = Ledger.open(disk.resolve("ledger"), time)) {
        assertThat(ledger.entries())
            .containsExactly(
                new Ledger.Entry(command("t1", 1), "b", result()),
                new Ledger.Entry(command("t3", 1), "b", null));
      }
    } finally {
      run("umount", disk.toString());
    }
  }

  private static void fill(Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[512]);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }

  @Test
  void doesNotStartOnRecordsItDoesNotUnderstand() throws IOException {
    try (RecordLog log = RecordLog.open(dir.resolve("log")).log()) {
      log.append(new byte[] {99, 1, 2}, true);
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("unknown kind 99");
  }

  @Test
  void ignoresWhatItDoesNotHold() throws IOException {
    try (Ledger ledger = open()) {
      AttemptId nobody = new AttemptId("nobody", 1);
      ledger.end(nobody, result(), true);
      ledger.forget(nobody);
      assertThat(ledger.entries()).isEmpty();
      assertThat(ledger.knows(nobody)).isFalse();
    }
  }

  @Test
  void aTornRecordAtAnyByteLosesOnlyWhatWasNotPromised() throws IOException {
    Instant start = time.instant();
    long before;
    try (Ledger ledger = open()) {
      ledger.accept(command("t1", 1), "b");
      before = Files.size(dir.resolve("log"));
      ledger.accept(command("t2", 1), "b");
    }
    byte[] whole = Files.readAllBytes(dir.resolve("log"));
    for (int cut = (int) before; cut < whole.length; cut++) {
      Files.write(dir.resolve("log"), java.util.Arrays.copyOf(whole, cut));
      try (Ledger ledger = open()) {
        assertThat(ledger.entries())
            .extracting(e -> e.assignment().id().taskId())
            .containsExactly("t1");
      }
    }
    assertThat(time.instant()).isEqualTo(start);
  }

  @Test
  void previewsComeBackAsTheyWere() throws Exception {
    Assignment preview = with("t1", ((Work.Action) action("t1").work()).asPreview());
    Assignment apply =
        with(
            "t2",
            new Work.Snapshot("apply", "job-2", false, List.of("ab".repeat(32), "cd".repeat(32))));
    Assignment create =
        with(
            "t3",
            new Work.Checkpoint("create", "a", List.of("/etc/ssh", "/srv/x"), true, List.of()));
    Assignment restore =
        with("t4", new Work.Checkpoint("restore", "a", List.of(), false, List.of("ab".repeat(32))));
    try (Ledger ledger = open()) {
      ledger.accept(preview, "b");
      ledger.accept(apply, "b");
      ledger.accept(create, "b");
      ledger.accept(restore, "b");
    }
    try (Ledger ledger = open()) {
      assertThat(ledger.entries())
          .extracting(entry -> entry.assignment().work())
          .containsExactly(preview.work(), apply.work(), create.work(), restore.work());
    }
  }

  private Assignment with(String task, Work work) {
    return new Assignment(
        new AttemptId(task, 1),
        "job",
        work,
        Map.of(),
        Duration.ZERO,
        null,
        JobDraft.authority("bob"));
  }

  @Test
  void workAboutSnapshotsComesBackAsItWas() throws Exception {
    Assignment restore =
        new Assignment(
            new AttemptId("task-9", 1),
            "job-9",
            new Work.Snapshot("restore", "task-1.1", true),
            Map.of(),
            Duration.ZERO,
            null,
            JobDraft.authority("ann"));
    try (Ledger ledger = Ledger.open(dir, time)) {
      ledger.accept(restore, "boot");
    }
    try (Ledger ledger = Ledger.open(dir, time)) {
      assertThat(ledger.entries().getFirst().assignment()).isEqualTo(restore);
    }
  }
}
