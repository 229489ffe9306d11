package dev.hostler.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.SnapshotDeed;
import dev.hostler.agent.attempt.SnapshotResult;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.SignedBundle;
import dev.hostler.agent.trust.OpenTrust;
import dev.hostler.agent.vault.HostWrap;
import dev.hostler.agent.vault.TestWrap;
import dev.hostler.agent.vault.Vault;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.signing.Pem;
import dev.hostler.trust.bundle.BundleSigner;
import dev.hostler.trust.index.Revoked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Previews of a real action, applied, refused, and killed half-way. */
class PreviewRunTest extends RunOnHost {
  private static final String ACT =
      """
      #!/bin/sh
      cd %1$s || exit 99
      echo said
      echo new > file; rm other; mkdir more; echo x > more/x; echo 2 > %1$s/../etc/alone
      """;

  private final HostWrap wrap = new TestWrap();

  /** Encrypted, which is the longer way: PreviewE2eTest has the other one. */
  @Override
  Vault vault() throws Exception {
    return Vault.open(state.resolve("keys"), wrap, true, Duration.ofDays(1), TIME);
  }

  /** An action that may write these paths. */
  private Assignment preview(String program, String sandbox) throws Exception {
    String toml =
        SignedBundle.TOML.replace("[actions.greet]\n", "[actions.greet]\nrun_as = \"root\"\n")
            + "\n[actions.greet.sandbox]\n"
            + sandbox;
    return work("t1", action(toml, program).asPreview());
  }

  private Assignment preview(String end) throws Exception {
    return preview(
        ACT.formatted(data) + end + "\n",
        "writable = [\"%s\", \"%s\"]\nnetwork = \"host\"\n".formatted(data, alone));
  }

  private AttemptResult apply(String digest) throws Exception {
    Assignment apply = work("t2", new Work.Snapshot("apply", "job-t1", false, List.of(digest)));
    try {
      return run(apply);
    } finally {
      executor.discard(apply.id());
    }
  }

  private static String digest(String text) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes()));
  }

  @Test
  void whatWouldChangeIsToldAndThenMade() throws Exception {
    var before = Files.getLastModifiedTime(data);
    Assignment assignment = preview("exit 0");
    AttemptResult result = run(assignment);
    assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.EXITED);
    assertThat(result.exitCode()).isZero();
    assertThat(result.message()).isEqualTo("preview t1.1");
    assertThat(result.snapshots())
        .containsExactly(
            new SnapshotResult("t1.1", SnapshotDeed.PREVIEWED, false, 5, 0, 0, List.of(), 0));
    unchanged();
    assertThat(Files.getLastModifiedTime(data)).isEqualTo(before);
    String list = stdout(assignment);
    assertThat(result.stdout().bytes()).isEqualTo(list.length());
    assertThat(list.lines().filter(line -> line.contains("\"type\":\"change\"")))
        .hasSize(5)
        .anySatisfy(line -> assertThat(line).contains("-old\\n+new", data + "/file\""))
        .anySatisfy(line -> assertThat(line).contains("\"deleted\"", data + "/other"))
        .anySatisfy(line -> assertThat(line).contains("-1\\n+2", alone + "\""));
    assertThat(list).contains("\"unforeseen\"", "network = \\\"host\\\"", "\"exit_code\":0");
    assertThat(executor.spool(assignment.id()).resolve("stderr")).hasContent("said\n");
    assertThat(executor.spool(assignment.id()).resolve("overlay")).doesNotExist();

    assertThat(apply(digest("another")).message()).contains("the operator was shown");
    assertThat(apply(digest("another")).refusal()).isEqualTo(Refusal.PREVIEW_IMPOSSIBLE);
    unchanged();
    AttemptResult applied = apply(digest(list));
    assertThat(applied.exitCode()).as(applied.message()).isZero();
    assertThat(applied.snapshots())
        .extracting(SnapshotResult::deed, SnapshotResult::identical)
        .containsExactly(tuple(SnapshotDeed.APPLIED, true));
    assertThat(data.resolve("file")).hasContent("new\n");
    assertThat(data.resolve("other")).doesNotExist();
    assertThat(data.resolve("more/x")).hasContent("x\n");
    assertThat(alone).hasContent("2\n");
    assertThat(snapshots.find("job-t1").orElseThrow().id()).isEqualTo("t1.1");
    assertThat(snapshots.restore("t1.1").identical()).as("and undone").isTrue();
    unchanged();
  }

  @Test
  void aHostThatHasChangedIsLeftAlone() throws Exception {
    Assignment assignment = preview("exit 0");
    run(assignment);
    Files.writeString(data.resolve("file"), "somebody else's\n");
    assertThat(apply(digest(stdout(assignment))).exitCode()).isEqualTo(2);
    assertThat(data.resolve("file")).hasContent("somebody else's\n");
    assertThat(data.resolve("other")).exists();
  }

  @Test
  void aFailureIsToldAndCannotBeApplied() throws Exception {
    Assignment assignment = preview("exit 9");
    AttemptResult result = run(assignment);
    assertThat(result.exitCode()).isEqualTo(9);
    String list = stdout(assignment);
    assertThat(list).contains("-old", "\"exit_code\":9");
    assertThat(apply(digest(list)).message()).contains("did not succeed");
    unchanged();
  }

  @Test
  void whatARevokedBundleWouldHaveDoneIsNotDone() throws Exception {
    Assignment assignment = preview("exit 0");
    run(assignment);
    OpenTrust.revoke(trust, state, TIME, bundle.digest);
    assertThat(apply(digest(stdout(assignment))).refusal()).isEqualTo(Refusal.BUNDLE_REVOKED);
    unchanged();
  }

  @Test
  void whatABundleOfARevokedSignerWouldHaveDoneIsNotDone() throws Exception {
    Assignment assignment = preview("exit 0");
    run(assignment);
    String digest = digest(stdout(assignment));
    try (var cached = Files.walk(state.resolve("bundles/" + bundle.digest))) {
      cached.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
    Path signer = root.resolve("made/signer").resolve(BundleSigner.SIGNER_CERTIFICATE);
    OpenTrust.revoke(
        trust,
        state,
        TIME,
        new Revoked(
            new TreeSet<>(Set.of(Fingerprints.sha256(Pem.certificates(signer).getFirst()))),
            new TreeSet<>(),
            new TreeSet<>()));
    AttemptResult refused = apply(digest);
    assertThat(refused.refusal()).as(refused.message()).isEqualTo(Refusal.SIGNER_REVOKED);
    unchanged();

    Files.delete(root.resolve("roots.pem"));
    assertThat(apply(digest).refusal()).isEqualTo(Refusal.BUNDLE_UNTRUSTED);
    Files.delete(state.resolve("snapshots/t1.1/source.signer"));
    assertThat(apply(digest).message()).contains("an older agent made it; preview it again");
    unchanged();
  }

  @Test
  void whatARevokedOperatorHadPreviewedIsNotDone() throws Exception {
    Assignment assignment = preview("exit 0");
    run(assignment);
    OpenTrust.revoke(
        trust,
        state,
        TIME,
        new Revoked(new TreeSet<>(), new TreeSet<>(), new TreeSet<>(Set.of("ann"))));
    AttemptResult refused = apply(digest(stdout(assignment)));
    assertThat(refused.refusal()).as(refused.message()).isEqualTo(Refusal.OPERATOR_REVOKED);
    unchanged();
  }

  @Test
  void theSameChangesHaveTheSameBytes() throws Exception {
    Assignment assignment = preview("exit 0");
    run(assignment);
    String first = stdout(assignment);
    executor.discard(assignment.id());
    run(assignment);
    assertThat(stdout(assignment)).isEqualTo(first);
  }

  @Test
  void anAgentThatWasKilledGoesOn() throws Exception {
    Assignment assignment = preview("sleep 1; exit 0");
    Thread first =
        Thread.ofVirtual()
            .start(() -> {
              try {
                executor.run(assignment, cancel, quiet);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    await().until(() -> startedAt != null);
    first.interrupt();
    first.join();
    executor = executor(); // another agent
    assertThat(executor.hasTrace(assignment.id())).isTrue();
    AttemptResult result = executor.reattach(assignment, true, cancel, quiet).result();
    assertThat(result.exitCode()).as(result.message()).isZero();
    String list = stdout(assignment);
    assertThat(list).contains("-old\\n+new");
    AttemptResult again = executor.reattach(assignment, true, cancel, quiet).result();
    assertThat(again.stdout()).isEqualTo(result.stdout());
    assertThat(stdout(assignment)).isEqualTo(list);
    unchanged();
  }

  @Test
  void whatCannotBePreviewedIsNotRun() throws Exception {
    AttemptResult none = run(preview("#!/bin/sh\necho ran\n", "network = \"none\"\n"));
    assertThat(none.refusal()).isEqualTo(Refusal.PREVIEW_IMPOSSIBLE);
    assertThat(none.message()).contains("may write nothing");
  }

  @Test
  void aCancelledPreviewLeavesNothing() throws Exception {
    Assignment assignment = preview("sleep 60");
    Thread.ofVirtual()
        .start(() -> {
          await().until(() -> startedAt != null);
          cancel.request();
        });
    AttemptResult result = run(assignment);
    assertThat(result.outcome()).isEqualTo(Outcome.CANCELLED);
    unchanged();
    assertThat(snapshots.list()).isEmpty();
    assertThat(executor.spool(assignment.id()).resolve("overlay")).doesNotExist();
  }
}
