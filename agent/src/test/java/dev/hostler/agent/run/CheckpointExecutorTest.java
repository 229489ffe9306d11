package dev.hostler.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.CheckpointHeld;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.SnapshotDeed;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.policy.KeptPaths;
import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.agent.snapshot.PreviewText;
import dev.hostler.agent.snapshot.SnapshotInfo;
import dev.hostler.agent.snapshot.SnapshotKind;
import dev.hostler.agent.snapshot.SnapshotProgram;
import dev.hostler.agent.snapshot.SnapshotSettings;
import dev.hostler.agent.snapshot.SnapshotVerbs;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.agent.work.JobDraft;
import dev.hostler.common.time.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Named points: kept, planned, restored as planned, refused, and done again after a crash. */
class CheckpointExecutorTest {
  private static final TimeSource TIME = TimeSource.system();

  @TempDir Path folder;
  private Path tree;
  private Snapshots snapshots;
  private CheckpointExecutor executor;
  private final CancelSignal cancel = new CancelSignal();
  private final AttemptExecutor.Progress quiet =
      new AttemptExecutor.Progress() {
        @Override
        public void started(Path spool, boolean rings, Instant at) {}

        @Override
        public void grew(StreamName stream) {}

        @Override
        public void denied(List<Denial> all, List<Denial> news) {}
      };

  @BeforeEach
  void open() throws Exception {
    tree = Files.createDirectory(folder.resolve("tree"));
    Files.writeString(tree.resolve("file"), "old\n");
    Files.writeString(tree.resolve("other"), "other\n");
    snapshots =
        open(
            new SnapshotSettings(
                1 << 30, 0, Duration.ofDays(30), 100, 1L << 32, PreviewText.ALL, KeptPaths.USUAL));
    executor = new CheckpointExecutor(snapshots, folder.resolve("attempts"), TIME);
  }

  private Snapshots open(SnapshotSettings settings) throws Exception {
    return Snapshots.open(
        folder.resolve("store"), SnapshotProgram.beside(Sandbox.launcher()), settings, TIME);
  }

  private static Assignment assignment(
      String task, Work.Checkpoint work, @Nullable Instant expires) {
    return new Assignment(
        new AttemptId(task, 1),
        "job-" + task,
        work,
        Map.of(),
        Duration.ZERO,
        expires,
        JobDraft.authority("ann"));
  }

  private AttemptResult run(String task, Work.Checkpoint work) throws Exception {
    AttemptResult result = executor.run(assignment(task, work, null), work, cancel, quiet).result();
    if (result.startedAt() != null) {
      assertThat(result.stdout().bytes()).isEqualTo(said(task).length());
    }
    return result;
  }

  private String said(String task) throws Exception {
    return Files.readString(folder.resolve("attempts/" + task + ".1/stdout"));
  }

  private Work.Checkpoint create(String name) {
    return new Work.Checkpoint("create", name, List.of(tree.toString()), false, List.of());
  }

  private static Work.Checkpoint plan(String name) {
    return new Work.Checkpoint("plan", name, List.of(), false, List.of());
  }

  private static Work.Checkpoint remove(String name) {
    return new Work.Checkpoint("remove", name, List.of(), false, List.of());
  }

  private Work.Checkpoint restore(String name, boolean force, String plan) throws Exception {
    return new Work.Checkpoint(
        "restore",
        name,
        List.of(),
        force,
        List.of(
            HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(said(plan).getBytes()))));
  }

  private AttemptResult good(AttemptResult result) {
    assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.EXITED);
    assertThat(result.exitCode()).as(result.message()).isZero();
    return result;
  }

  private void change() throws Exception {
    TIME.sleep(Duration.ofMillis(30)); // what was touched a moment ago counts as changing
    Files.writeString(tree.resolve("file"), "new\n");
    Files.delete(tree.resolve("other"));
    Files.writeString(tree.resolve("more"), "more\n");
  }

  private void isBack() {
    assertThat(tree.resolve("file")).hasContent("old\n");
    assertThat(tree.resolve("other")).hasContent("other\n");
    assertThat(tree.resolve("more")).doesNotExist();
  }

  private void isChanged() {
    assertThat(tree.resolve("file")).hasContent("new\n");
    assertThat(tree.resolve("other")).doesNotExist();
    assertThat(tree.resolve("more")).hasContent("more\n");
  }

  @Test
  void theHostIsBroughtBackAsPlannedAndThatIsUndone() throws Exception {
    AttemptResult made = good(run("t1", create("monday")));
    CheckpointHeld held = made.checkpoint();
    assertThat(held).isNotNull();
    assertThat(held.snapshot()).isEqualTo("t1.1");
    assertThat(held.entries()).isEqualTo(3);
    assertThat(held.bytes()).isEqualTo(10);
    assertThat(held.storedBytes()).isEqualTo(10);
    assertThat(held.taken()).isNotNull();
    assertThat(held.removed()).isFalse();
    change();

    assertThat(good(run("t2", plan("monday"))).checkpoint()).isEqualTo(held);
    isChanged();
    assertThat(said("t2").lines().filter(line -> line.contains("\"type\":\"change\"")))
        .hasSize(3)
        .anySatisfy(line -> assertThat(line).contains("-new\\n+old", tree + "/file\""))
        .anySatisfy(line -> assertThat(line).contains("\"created\"", tree + "/other"))
        .anySatisfy(line -> assertThat(line).contains("\"deleted\"", tree + "/more"));
    assertThat(said("t2")).contains("\"changes\":3,\"exit_code\":0");

    AttemptResult restored = good(run("t3", restore("monday", false, "t2")));
    assertThat(restored.checkpoint()).isEqualTo(held);
    assertThat(restored.snapshots())
        .singleElement()
        .satisfies(done -> {
          assertThat(done.deed()).isEqualTo(SnapshotDeed.APPLIED);
          assertThat(done.identical()).isTrue();
        });
    assertThat(said("t3")).contains("applied, identical");
    isBack();
    good(run("t4", restore("monday", false, "t2")));
    assertThat(said("t4")).as("twice is the same as once").contains("identical: 0 changes");

    assertThat(snapshots.find("job-t2").orElseThrow().id()).isEqualTo("t2.1");
    assertThat(snapshots.restore("t2.1").identical()).as("undone").isTrue();
    isChanged();
  }

  @Test
  void whatIsAsItWasHasAnEmptyPlan() throws Exception {
    good(run("t1", create("monday")));
    good(run("t2", plan("monday")));
    assertThat(said("t2")).contains("\"changes\":0").doesNotContain("\"change\":");
  }

  @Test
  void whatHasChangedSinceThePlanIsRefusedOrForced() throws Exception {
    good(run("t1", create("monday")));
    change();
    good(run("t2", plan("monday")));
    Files.writeString(tree.resolve("more"), "somebody else's\n");
    AttemptResult refused = run("t3", restore("monday", false, "t2"));
    assertThat(refused.exitCode()).as(refused.message()).isEqualTo(2);
    assertThat(said("t3")).contains("conflict " + tree + "/more  (changed since)");
    assertThat(tree.resolve("more")).hasContent("somebody else's\n");
    assertThat(tree.resolve("file")).hasContent("new\n");
    good(run("t4", restore("monday", true, "t2")));
    isBack();
  }

  @Test
  void onlyWhatWasShownIsDone() throws Exception {
    good(run("t1", create("monday")));
    good(run("t2", create("tuesday")));
    change();
    good(run("t3", plan("tuesday")));
    AttemptResult other = run("t4", restore("monday", false, "t3"));
    assertThat(other.refusal()).isEqualTo(Refusal.CHECKPOINT_PLAN_MISSING);
    assertThat(other.message()).contains("none of the plans", "monday");
    isChanged();
    assertThat(other.checkpoint()).isNotNull();
    assertThat(other.checkpoint().snapshot()).isEqualTo("t1.1");
    good(run("t5", remove("tuesday")));
    assertThat(run("t6", restore("tuesday", false, "t3")).refusal())
        .as("a plan is of no use without its checkpoint")
        .isEqualTo(Refusal.CHECKPOINT_MISSING);
    isChanged();
  }

  @Test
  void aNameIsKeptOnceAndStaysUntilItIsRemoved() throws Exception {
    snapshots =
        open(new SnapshotSettings(1 << 20, 0, Duration.ofDays(30), 1, 1)); // all but pinned ones go
    executor = new CheckpointExecutor(snapshots, folder.resolve("attempts"), TIME);
    good(run("t1", create("monday")));
    AttemptResult twice = run("t2", create("monday"));
    assertThat(twice.refusal()).isEqualTo(Refusal.CHECKPOINT_EXISTS);
    assertThat(twice.message()).contains("monday", tree.toString(), "another name");
    assertThat(twice.checkpoint().snapshot()).isEqualTo("t1.1");
    change();
    for (int i = 3; i < 6; i++) {
      String id = "t" + i + ".1";
      snapshots.capture(
          SnapshotInfo.wanted(id, "job", "ann", "web 1 go", false, List.of(tree.toString())));
      snapshots.seal(id);
    }
    assertThat(snapshots.list()).extracting(SnapshotInfo::id).containsExactly("t1.1", "t5.1");
    SnapshotVerbs verbs = new SnapshotVerbs(snapshots);
    for (String verb : List.of("remove", "unpin")) {
      assertThatThrownBy(() -> verbs.require(verb, "job-t1", List.of()))
          .hasMessageContaining("hostler checkpoint remove monday");
    }
    good(run("t6", plan("monday")));
    Path out = Files.createFile(folder.resolve("list"));
    verbs.run("list", "", false, out, out, _ -> {});
    assertThat(out)
        .content()
        .contains("  checkpoint monday", "  plan to restore checkpoint monday");

    AttemptResult removed = good(run("t7", remove("monday")));
    assertThat(removed.checkpoint()).isEqualTo(CheckpointHeld.none("monday", true));
    assertThat(snapshots.list()).noneMatch(one -> one.kind() == SnapshotKind.CHECKPOINT);
    assertThat(good(run("t8", remove("monday"))).checkpoint().removed())
        .as("again is the same as once")
        .isTrue();
    assertThat(said("t8")).contains("there was no checkpoint");
    AttemptResult missing = run("t9", plan("monday"));
    assertThat(missing.refusal()).isEqualTo(Refusal.CHECKPOINT_MISSING);
    assertThat(missing.checkpoint()).isEqualTo(CheckpointHeld.none("monday", false));
  }

  @Test
  void anAgentThatWasKilledGoesOn() throws Exception {
    // As if killed after the capture, before the pin.
    snapshots.capture(
        SnapshotInfo.wanted("t1.1", "job-t1", "ann", "x", false, List.of(tree.toString()))
            .as(SnapshotKind.CHECKPOINT, "t1.1")
            .named("monday"));
    AttemptResult made = good(run("t1", create("monday")));
    assertThat(made.checkpoint().snapshot()).isEqualTo("t1.1");
    assertThat(snapshots.list().getFirst().pinned()).isTrue();
    assertThat(snapshots.list().getFirst().sealed()).isTrue();
    change();
    // As if killed after the paths were captured for the plan.
    snapshots.capture(
        SnapshotInfo.wanted("t2.1", "job-t2", "ann", "x", false, List.of(tree.toString()))
            .as(SnapshotKind.PREVIEW, "t2.1")
            .named("monday"));
    good(run("t2", plan("monday")));
    String list = said("t2");
    good(run("t2", plan("monday")));
    assertThat(said("t2")).isEqualTo(list);
    good(run("t3", restore("monday", false, "t2")));
    isBack();
  }

  @Test
  void whatCannotBeKeptIsRefused() throws Exception {
    AttemptResult link =
        run(
            "t1",
            new Work.Checkpoint(
                "create",
                "a",
                List.of(
                    Files.createSymbolicLink(folder.resolve("link"), tree).resolve("x").toString()),
                false,
                List.of()));
    assertThat(link.refusal()).isEqualTo(Refusal.SNAPSHOT_FAILED);
    snapshots = open(new SnapshotSettings(5, 0, Duration.ofDays(30), 10, 1 << 20));
    executor = new CheckpointExecutor(snapshots, folder.resolve("attempts"), TIME);
    AttemptResult large = run("t2", create("a"));
    assertThat(large.refusal()).as(large.message()).isEqualTo(Refusal.SNAPSHOT_NO_ROOM);
    assertThat(large.checkpoint()).isEqualTo(CheckpointHeld.none("a", false));
    assertThat(snapshots.list()).isEmpty();

    Instant past = TIME.instant().minusSeconds(1);
    assertThat(
            executor
                .run(assignment("t3", create("a"), past), create("a"), cancel, quiet)
                .result()
                .refusal())
        .isEqualTo(Refusal.EXPIRED);
    assertThat(run("t4", new Work.Checkpoint("juggle", "a", List.of(), false, List.of())).message())
        .contains("too old for \"juggle\"");
    executor = new CheckpointExecutor(null, folder.resolve("attempts"), TIME);
    AttemptResult none = run("t5", create("a"));
    assertThat(none.message()).contains("hostler-snapshot is missing");
    assertThat(none.checkpoint()).isNull();
  }

  @Test
  void aCancelledRestoreSaysSoAndWhatIsDoneIsDone() throws Exception {
    cancel.request();
    assertThat(run("t1", create("monday")).outcome())
        .as("it was done to its end")
        .isEqualTo(Outcome.EXITED);
    change();
    good(run("t2", plan("monday")));
    assertThat(run("t3", restore("monday", false, "t2")).outcome()).isEqualTo(Outcome.CANCELLED);
  }
}
