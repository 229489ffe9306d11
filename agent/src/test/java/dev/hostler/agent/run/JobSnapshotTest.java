package dev.hostler.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.SnapshotDeed;
import dev.hostler.agent.attempt.SnapshotResult;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.SignedBundle;
import dev.hostler.agent.policy.KeptPaths;
import dev.hostler.agent.snapshot.SnapshotInfo;
import dev.hostler.agent.snapshot.SnapshotSettings;
import dev.hostler.trust.job.JobCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Snapshots that an operator asks for: of an action that declares some or none, of a command. */
class JobSnapshotTest extends RunOnHost {
  private static final String CHANGE =
      "#!/bin/sh\ncd %s || exit 99\necho new > file; rm other; mkdir more; echo x > more/x\n";

  @Override
  SnapshotSettings settings() {
    SnapshotSettings usual = SnapshotSettings.USUAL;
    return new SnapshotSettings(
        usual.largestBytes(),
        usual.keepFreeBytes(),
        usual.keepFor(),
        usual.keepCount(),
        usual.keepBytes(),
        usual.previewText(),
        new KeptPaths(List.of(Path.of("/")), List.of(state, data.resolve("own"))));
  }

  private Assignment asking(Work work, boolean rollback, Path... paths) {
    Assignment plain = work("t1", work);
    return new Assignment(
        plain.id(),
        plain.jobId(),
        work,
        plain.env(),
        plain.timeout(),
        plain.expiresAt(),
        plain
            .authority()
            .with(new JobCapture(List.of(paths).stream().map(Path::toString).toList(), rollback)));
  }

  /** May write the data; keeps it itself if that is said. */
  private Work.Action change(String kept, int code) throws Exception {
    return action(
        SignedBundle.TOML.replace(
                "[actions.greet]\n", "[actions.greet]\nrun_as = \"root\"\n" + kept)
            + "\n[actions.greet.sandbox]\nwritable = [\""
            + data
            + "\"]\n",
        CHANGE.formatted(data) + "exit " + code + "\n");
  }

  @Test
  void whatTheBundleDoesNotDeclareIsKeptAndCanBeRestored() throws Exception {
    AttemptResult result = run(asking(change("snapshot = []\n", 0), false, data));
    assertThat(result.exitCode()).as(result.message()).isZero();
    assertThat(result.message()).isEqualTo("snapshot t1.1");
    assertThat(result.snapshots()).hasSize(1);
    SnapshotResult taken = result.snapshots().getFirst();
    assertThat(taken.deed()).isEqualTo(SnapshotDeed.TAKEN);
    assertThat(taken.changes()).as("the data, file, other, more").isEqualTo(4);
    assertThat(taken.storedBytes()).isEqualTo("old\nother\n".length());
    assertThat(data.resolve("file")).hasContent("new\n");
    SnapshotInfo kept = snapshots.list().getFirst();
    assertThat(kept.paths()).containsExactly(data.toString());
    assertThat(kept.work()).isEqualTo("sample 1.2.3 greet");
    assertThat(kept.rollback()).isFalse();
    assertThat(kept.sealed()).isTrue();
    assertThat(snapshots.restore("t1.1").identical()).isTrue();
    unchanged();
  }

  @Test
  void aFailureIsRolledBackAlthoughTheBundleDoesNotSaySo() throws Exception {
    AttemptResult result = run(asking(change("snapshot = []\n", 3), true, data));
    assertThat(result.exitCode()).as(result.message()).isEqualTo(3);
    assertThat(result.message()).startsWith("rolled back to snapshot t1.1: ").contains("identical");
    assertThat(result.snapshots())
        .containsExactly(
            new SnapshotResult("t1.1", SnapshotDeed.ROLLED_BACK, true, 4, 0, 0, List.of(), 0));
    unchanged();
  }

  @Test
  void rollbackAloneBringsBackWhatTheBundleDeclares() throws Exception {
    String declared = "snapshot = [\"" + data + "/file\"]\n";
    AttemptResult result = run(asking(change(declared, 3), true));
    assertThat(result.message()).startsWith("rolled back");
    assertThat(data.resolve("file")).hasContent("old\n");
    assertThat(data.resolve("other")).as("not declared").doesNotExist();
  }

  @Test
  void whatIsDeclaredAndWhatIsNamedIsOneSnapshot() throws Exception {
    String declared = "snapshot = [\"" + data + "/file\"]\nrollback_on_failure = true\n";
    AttemptResult result =
        run(asking(change(declared, 3), false, data.resolve("other"), data.resolve("file"), alone));
    assertThat(result.message()).startsWith("rolled back");
    assertThat(snapshots.list().getFirst().paths())
        .containsExactly(data + "/file", data + "/other", alone.toString());
    assertThat(data.resolve("other")).hasContent("other\n");
    assertThat(data.resolve("more")).as("of neither").exists();
  }

  @Test
  void aCommandThatFailsBringsBackWhatOthersChangedMeanwhile() throws Exception {
    Work command =
        new Work.Command(
            List.of("/bin/sh", "-c", "until [ -e $0/go ]; do :; done; exit 4", data.toString()),
            "default");
    Thread other =
        Thread.ofVirtual()
            .start(() -> {
              try {
                org.awaitility.Awaitility.await().until(() -> startedAt != null);
                Files.writeString(data.resolve("file"), "by hand\n");
                Files.writeString(data.resolve("go"), "");
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    AttemptResult result = run(asking(command, true, data));
    other.join();
    assertThat(result.exitCode()).as(result.message()).isEqualTo(4);
    assertThat(result.message()).startsWith("rolled back").contains("identical");
    unchanged();
    assertThat(snapshots.list().getFirst().work()).startsWith("/bin/sh -c until");
  }

  @Test
  void theAgentsOwnIsNeitherShownNorTouched() throws Exception {
    Path own = Files.createDirectory(data.resolve("own"));
    Files.writeString(own.resolve("key"), "1\n");
    Work command = new Work.Command(List.of("/bin/false"), "default");
    AttemptResult result = run(asking(command, false, root));
    assertThat(result.exitCode()).as(result.message()).isEqualTo(1);
    assertThat(Files.readString(state.resolve("snapshots/t1.1/manifest")))
        .contains(" other ")
        .doesNotContain(" own ", " key ", " state ");
    Files.writeString(own.resolve("key"), "2\n");
    assertThat(snapshots.restore("t1.1").identical()).isTrue();
    assertThat(own.resolve("key")).hasContent("2\n");
  }

  @Test
  void whatCannotBeKeptKeepsItFromStarting() throws Exception {
    Path link = Files.createSymbolicLink(root.resolve("link"), data);
    Work command = new Work.Command(List.of("/bin/true"), "default");
    AttemptResult result = run(asking(command, false, link.resolve("file")));
    assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(result.refusal()).isEqualTo(Refusal.SNAPSHOT_FAILED);
    assertThat(result.message()).contains("leads through a symbolic link");
    assertThat(startedAt).isNull();

    AttemptResult nothing = run(asking(change("snapshot = []\n", 0), true));
    assertThat(nothing.refusal()).isEqualTo(Refusal.ACTION_INVALID);
    assertThat(nothing.message()).contains("--snapshot");
    unchanged();
  }
}
