package dev.hostler.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.LimitHit;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.bundle.SignedBundle;
import dev.hostler.agent.policy.KeptPaths;
import dev.hostler.agent.snapshot.SnapshotSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Previews that write more than the host's disk can bear. The agent's state has one of its own. */
class PreviewQuotaTest extends RunOnHost {
  private static final long MIB = 1 << 20;
  private long largest = 1L << 40;
  private long keepFree;

  @Override
  SnapshotSettings settings() {
    SnapshotSettings usual = SnapshotSettings.USUAL;
    return new SnapshotSettings(
        largest,
        keepFree,
        usual.keepFor(),
        usual.keepCount(),
        usual.keepBytes(),
        usual.previewText(),
        KeptPaths.USUAL);
  }

  private static void done(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @BeforeEach
  void disk() throws Exception {
    done("mount", "-t", "tmpfs", "-o", "size=96m,mode=700", "none", state.toString());
  }

  @AfterEach
  void noDisk() throws Exception {
    done("umount", "-l", state.toString());
  }

  private AttemptResult previewOf(String program) throws Exception {
    executor = executor();
    String toml =
        SignedBundle.TOML.replace("[actions.greet]\n", "[actions.greet]\nrun_as = \"root\"\n")
            + "\n[actions.greet.sandbox]\nwritable = [\""
            + data
            + "\"]\n";
    Assignment assignment =
        work("t1", action(toml, "#!/bin/sh\ncd " + data + "\n" + program).asPreview());
    AttemptResult result = run(assignment);
    assertThat(executor.spool(assignment.id()).resolve("overlay")).doesNotExist();
    unchanged();
    return result;
  }

  private void ended(AttemptResult result, long value, String why) throws Exception {
    assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SIGNALED);
    assertThat(result.message()).contains("ended by its limit of preview", why);
    assertThat(result.limitsHit().getFirst())
        .isEqualTo(new LimitHit("preview", value, 1, "host", 0, true));
    assertThat(snapshots.list()).as("there is nothing to apply").isEmpty();
    assertThat(Files.getFileStore(state).getUsableSpace()).isGreaterThan(90 * MIB);
  }

  @Test
  void oneThatLeavesTooLittleRoomIsEnded() throws Exception {
    keepFree = 48 * MIB;
    ended(
        previewOf(
            "echo new >file; while :; do head -c 1000000 /dev/zero >>big; sleep 0.01; done\n"),
        keepFree,
        "snapshots.keep_free");
  }

  @Test
  void oneThatIsTooLargeIsEnded() throws Exception {
    largest = 16 * MIB;
    ended(
        previewOf("i=0; while :; do head -c 300000 /dev/zero >f$i; i=$((i+1)); sleep 0.01; done\n"),
        largest,
        "snapshots.largest");
  }

  @Test
  void whatOthersWriteIsNotThePreviews() throws Exception {
    largest = 16 * MIB;
    Thread other =
        Thread.ofVirtual()
            .start(() -> {
              try {
                await().until(() -> startedAt != null);
                Files.write(state.resolve("others"), new byte[(int) (40 * MIB)]);
                await().pollDelay(Duration.ofMillis(400)).until(() -> true); // it is looked at
                Files.writeString(root.resolve("written"), "");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    AttemptResult result = previewOf("echo 1 >x; until [ -e " + root + "/written ]; do :; done\n");
    other.join();
    assertThat(result.exitCode()).as(result.message()).isZero();
    assertThat(result.limitsHit()).isEmpty();
  }
}
