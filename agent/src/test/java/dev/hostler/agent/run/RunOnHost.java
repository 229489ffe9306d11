package dev.hostler.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.BundleCache;
import dev.hostler.agent.bundle.BundleSettings;
import dev.hostler.agent.bundle.SignedBundle;
import dev.hostler.agent.bundle.SignerCheck;
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
import dev.hostler.agent.vault.Vault;
import dev.hostler.agent.work.JobDraft;
import dev.hostler.common.time.TimeSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A host with some files, and all that runs actions and commands on it. */
abstract class RunOnHost {
  static final TimeSource TIME = TimeSource.system();

  final CancelSignal cancel = new CancelSignal();
  final AttemptExecutor.Progress quiet =
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
  volatile Instant startedAt;
  Path root;
  Path state;
  Path data;
  Path alone;
  Cgroups cgroups;
  Snapshots snapshots;
  SignedBundle bundle;
  UsageSampler usage;
  TrustState trust;
  WorkExecutor executor;

  @BeforeEach
  void open() throws Exception {
    String unique =
        "hostler-run-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
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

  /** The keys of the host. */
  Vault vault() throws Exception {
    return Vault.none();
  }

  /** Another agent on the same state. */
  WorkExecutor executor() throws Exception {
    Sandbox sandbox = Sandbox.open(Sandbox.launcher(), state, cgroups, TIME);
    snapshots =
        Snapshots.open(
            state.resolve("snapshots"),
            SnapshotProgram.beside(Sandbox.launcher(), vault()),
            settings(),
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
            defaults(),
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
        new SnapshotExecutor(
            snapshots,
            trust,
            new SignerCheck(root.resolve("roots.pem"), trust, TIME),
            state.resolve("attempts"),
            TIME),
        new CheckpointExecutor(snapshots, state.resolve("attempts"), TIME));
  }

  /** What programs get. */
  SandboxDefaults defaults() {
    return SandboxDefaults.of(state);
  }

  /** What is kept of snapshots. */
  SnapshotSettings settings() {
    return SnapshotSettings.USUAL;
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

  static Assignment work(String task, Work work) {
    return new Assignment(
        new AttemptId(task, 1),
        "job-" + task,
        work,
        Map.of(),
        Duration.ZERO,
        null,
        JobDraft.authority("ann"));
  }

  /** An action of a bundle that was signed just now. */
  Work.Action action(String toml, String program) throws Exception {
    bundle = new SignedBundle(root.resolve("made"), toml, TIME.instant(), null, program);
    Files.copy(bundle.root, root.resolve("roots.pem"));
    return new Work.Action(
        "sample", "1.2.3", "greet", bundle.digest, bundle.bytes.length, "{\"name\":\"x\"}");
  }

  AttemptResult run(Assignment assignment) throws Exception {
    return executor.run(assignment, cancel, quiet).result();
  }

  String stdout(Assignment assignment) throws Exception {
    return Files.readString(executor.spool(assignment.id()).resolve("stdout"));
  }

  void unchanged() {
    assertThat(data.resolve("file")).hasContent("old\n");
    assertThat(data.resolve("other")).hasContent("other\n");
    assertThat(data.resolve("more")).doesNotExist();
    assertThat(alone).hasContent("1\n");
  }
}
