package dev.hostler.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.BundleCache;
import dev.hostler.agent.bundle.BundleSettings;
import dev.hostler.agent.bundle.SignedBundle;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.identity.HostSealing;
import dev.hostler.agent.identity.TestIdentity;
import dev.hostler.agent.network.NameLookup;
import dev.hostler.agent.network.NetworkPolicy;
import dev.hostler.agent.network.Networks;
import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.agent.sandbox.SandboxDefaults;
import dev.hostler.agent.sandbox.cgroup.Cgroup;
import dev.hostler.agent.sandbox.cgroup.CgroupSettings;
import dev.hostler.agent.sandbox.cgroup.Cgroups;
import dev.hostler.agent.snapshot.SnapshotProgram;
import dev.hostler.agent.snapshot.SnapshotSettings;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.agent.trust.OpenTrust;
import dev.hostler.agent.trust.TrustState;
import dev.hostler.agent.usage.UsageSampler;
import dev.hostler.agent.usage.UsageSettings;
import dev.hostler.agent.work.JobDraft;
import dev.hostler.common.time.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Previews of a real action, applied, refused, and killed half-way. */
class PreviewRunTest {
  private static final TimeSource TIME = TimeSource.system();
  private static final String ACT =
      """
      #!/bin/sh
      cd %1$s || exit 99
      echo said
      echo new > file; rm other; mkdir more; echo x > more/x; echo 2 > %1$s/../etc/alone
      """;

  private final CancelSignal cancel = new CancelSignal();
  private final AttemptExecutor.Progress quiet =
      new AttemptExecutor.Progress() {
        @Override
        public void started(Path spool, boolean rings, Instant at) {
          startedAt = at;
        }

        @Override
        public void grew(StreamName stream) {}

        @Override
        public void denied(List<Denial> all, List<Denial> news) {}
      };
  private volatile Instant startedAt;
  private Path root;
  private Path state;
  private Path data;
  private Path alone;
  private Cgroups cgroups;
  private Snapshots snapshots;
  private SignedBundle bundle;
  private UsageSampler usage;
  private TrustState trust;
  private WorkExecutor executor;

  @BeforeEach
  void open() throws Exception {
    String unique =
        "hostler-preview-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    root = Files.createDirectories(Path.of("/srv/" + unique));
    state = Files.createDirectories(root.resolve("state"));
    data = Files.createDirectory(root.resolve("data"));
    alone = Files.createDirectory(root.resolve("etc")).resolve("alone");
    Files.writeString(data.resolve("file"), "old\n");
    Files.writeString(data.resolve("other"), "other\n");
    Files.writeString(alone, "1\n");
    cgroups = Cgroups.detect(CgroupSettings.ofHost(unique), TIME);
    usage =
        new UsageSampler(
            new UsageSettings(Duration.ofMillis(100), Duration.ofSeconds(1)), state, TIME);
    usage.start();
    executor = executor();
  }

  private WorkExecutor executor() throws Exception {
    Sandbox sandbox = Sandbox.open(Sandbox.launcher(), state, cgroups, TIME);
    snapshots =
        Snapshots.open(
            state.resolve("snapshots"),
            SnapshotProgram.beside(Sandbox.launcher()),
            SnapshotSettings.USUAL,
            TIME);
    trust = OpenTrust.in(state, TIME);
    BundleCache bundles =
        new BundleCache(
            state.resolve("bundles"),
            root.resolve("roots.pem"),
            (digest, offset, sink) ->
                sink.take(
                    bundle.bytes.length,
                    offset,
                    java.util.Arrays.copyOfRange(bundle.bytes, (int) offset, bundle.bytes.length)),
            BundleSettings.USUAL,
            trust,
            TIME);
    return new WorkExecutor(
        new SandboxExecutor(
            sandbox,
            "",
            SandboxDefaults.of(state),
            bundles,
            trust,
            state.resolve("attempts"),
            (_, _, _) -> {},
            HostSealing.open(
                state.resolve("identity/sealing"),
                new TestIdentity(state.resolve("identity")).current,
                TIME),
            new Networks(NetworkPolicy.OPEN, NameLookup.system(), TIME),
            snapshots,
            usage,
            TIME),
        new SnapshotExecutor(snapshots, trust, state.resolve("attempts"), TIME));
  }

  @AfterEach
  void close() throws Exception {
    usage.close();
    for (String name : cgroups.names()) {
      Cgroup one = cgroups.open(name);
      one.kill(Duration.ofSeconds(10));
      one.remove();
    }
    cgroups.removeTree();
    try (var files = Files.walk(root)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  private static Assignment work(String task, Work work) {
    return new Assignment(
        new AttemptId(task, 1),
        "job-" + task,
        work,
        Map.of(),
        Duration.ZERO,
        null,
        JobDraft.authority("ann"));
  }

  /** An action that may write these paths. */
  private Assignment preview(String program, String sandbox) throws Exception {
    String toml =
        SignedBundle.TOML.replace("[actions.greet]\n", "[actions.greet]\nrun_as = \"root\"\n")
            + "\n[actions.greet.sandbox]\n"
            + sandbox;
    bundle = new SignedBundle(root.resolve("made"), toml, TIME.instant(), null, program);
    Files.copy(bundle.root, root.resolve("roots.pem"));
    return work(
        "t1",
        new Work.Action(
                "sample", "1.2.3", "greet", bundle.digest, bundle.bytes.length, "{\"name\":\"x\"}")
            .asPreview());
  }

  private Assignment preview(String end) throws Exception {
    return preview(
        ACT.formatted(data) + end + "\n",
        "writable = [\"%s\", \"%s\"]\nnetwork = \"host\"\n".formatted(data, alone));
  }

  private AttemptResult run(Assignment assignment) throws Exception {
    return executor.run(assignment, cancel, quiet).result();
  }

  private String stdout(Assignment assignment) throws Exception {
    return Files.readString(executor.spool(assignment.id()).resolve("stdout"));
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

  private void unchanged() {
    assertThat(data.resolve("file")).hasContent("old\n");
    assertThat(data.resolve("other")).hasContent("other\n");
    assertThat(data.resolve("more")).doesNotExist();
    assertThat(alone).hasContent("1\n");
  }

  @Test
  void whatWouldChangeIsToldAndThenMade() throws Exception {
    var before = Files.getLastModifiedTime(data);
    Assignment assignment = preview("exit 0");
    AttemptResult result = run(assignment);
    assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.EXITED);
    assertThat(result.exitCode()).isZero();
    assertThat(result.message()).isEqualTo("preview t1.1");
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
