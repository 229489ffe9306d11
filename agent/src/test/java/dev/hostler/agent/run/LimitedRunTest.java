package dev.hostler.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Bounds;
import dev.hostler.agent.attempt.LimitHit;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.BundleCache;
import dev.hostler.agent.bundle.BundleSettings;
import dev.hostler.agent.bundle.BundleUnavailableException;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.identity.HostSealing;
import dev.hostler.agent.identity.TestIdentity;
import dev.hostler.agent.network.NameLookup;
import dev.hostler.agent.network.NetworkPolicy;
import dev.hostler.agent.network.Networks;
import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.agent.sandbox.SandboxDefaults;
import dev.hostler.agent.sandbox.cgroup.CgroupSettings;
import dev.hostler.agent.sandbox.cgroup.Cgroups;
import dev.hostler.agent.trust.OpenTrust;
import dev.hostler.agent.trust.TrustState;
import dev.hostler.agent.usage.UsageSampler;
import dev.hostler.agent.usage.UsageSettings;
import dev.hostler.agent.work.JobDraft;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.limits.EffectiveLimits;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits of the host, of the controller's policy and of the job, on this machine's kernel. */
class LimitedRunTest {
  private static final TimeSource TIME = TimeSource.system();
  private static final AttemptExecutor.Progress NOBODY =
      new AttemptExecutor.Progress() {
        @Override
        public void started(Path spool, boolean rings, Instant at) {}

        @Override
        public void grew(StreamName stream) {}

        @Override
        public void denied(List<Denial> all, List<Denial> news) {}
      };

  /** Not below /tmp, which programs see their own of. */
  private Path root;

  private Path state;
  private Cgroups cgroups;
  private Sandbox sandbox;
  private Limits caps = Limits.NONE;

  @BeforeEach
  void open() throws Exception {
    String unique = "hostler-limited-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
    root = Files.createDirectory(Path.of("/var/lib", unique));
    state = Files.createDirectories(root.resolve("state"));
    cgroups = Cgroups.detect(CgroupSettings.ofHost(unique), TIME);
    sandbox =
        Sandbox.open(
            Path.of("target/launcher/hostler-launch").toAbsolutePath(), state, cgroups, TIME);
  }

  @AfterEach
  void close() throws Exception {
    for (String name : cgroups.names()) {
      sandbox.remove(name);
    }
    cgroups.removeTree();
    try (var files = Files.walk(root)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  private SandboxDefaults defaults() {
    SandboxDefaults usual = SandboxDefaults.of(state);
    return new SandboxDefaults(
        usual.state(),
        usual.user(),
        usual.limits(),
        usual.timing(),
        usual.output(),
        usual.tmpBytes(),
        usual.onDenied(),
        usual.seccomp(),
        caps,
        usual.recording(),
        usual.hiddenByOwner(),
        usual.learn());
  }

  private SandboxExecutor executor() throws Exception {
    TrustState trust = OpenTrust.in(state, TIME);
    BundleCache bundles =
        new BundleCache(
            state.resolve("bundles"),
            root.resolve("roots.pem"),
            (_, _, _) -> {
              throw new BundleUnavailableException("there is none");
            },
            BundleSettings.USUAL,
            trust,
            TIME);
    return new SandboxExecutor(
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
        null,
        new UsageSampler(UsageSettings.USUAL, state, TIME),
        TIME);
  }

  private static Assignment sh(String script, Bounds bounds) {
    return new Assignment(
        new AttemptId("t1", 1),
        "job",
        new Work.Command(List.of("/bin/sh", "-c", script), "default"),
        Map.of(),
        Duration.ZERO,
        null,
        JobDraft.authority("ann"),
        bounds);
  }

  private AttemptResult run(String script, Bounds bounds) throws Exception {
    return executor().run(sh(script, bounds), new CancelSignal(), NOBODY).result();
  }

  private static Bounds job(Limit limit, long value) {
    return new Bounds(Limits.of(Map.of(limit, value)), Limits.NONE);
  }

  private static Bounds policy(Limit limit, long value) {
    return new Bounds(Limits.NONE, Limits.of(Map.of(limit, value)));
  }

  @Test
  void moreMemoryThanThePolicyAllowsEndsItAndThePolicyIsNamed() throws Exception {
    AttemptResult result = run("exec tail /dev/zero", policy(Limit.MEMORY, 32 << 20));
    assertThat(result.outcome()).isEqualTo(Outcome.OUT_OF_MEMORY);
    assertThat(result.limitsHit())
        .containsExactly(new LimitHit("memory", 32 << 20, 1, "policy", 0, true));
    assertThat(result.message())
        .isEqualTo("ended by its limit of memory, 32MiB (of a policy, see `hostler limits show`)");
    assertThat(result.use().memoryPeakBytes()).isLessThanOrEqualTo(32 << 20);
  }

  @Test
  void cpuTimeIsThatOfAllProcessesTogether() throws Exception {
    AttemptResult result =
        run(
            "(while :; do :; done) & (while :; do :; done) & while :; do :; done",
            job(Limit.CPU_TIME, 400));
    assertThat(result.outcome()).isEqualTo(Outcome.TIMED_OUT);
    assertThat(result.message()).isEqualTo("ended by its limit of cpu time, 400ms (of the job)");
    assertThat(result.limitsHit())
        .containsExactly(new LimitHit("cpu_time", 400, 1, "job", 0, true));
    assertThat(result.use().cpuMicros()).isBetween(400_000L, 1_500_000L);
  }

  @Test
  void everyLimitThatWasReachedIsNamedAlsoIfItEndedNothing() throws Exception {
    caps =
        Limits.of(
            Map.of(
                Limit.PIDS, 6L,
                Limit.TMP, 1L << 20,
                Limit.OUTPUT, 10L,
                Limit.CPU, 100L));
    AttemptResult result =
        run(
            "i=0; while [ $i -lt 60000 ]; do i=$((i + 1)); done;"
                + " head -c 2000000 /dev/zero >/dev/shm/x; echo 12345678901234567890;"
                + " for i in 1 2 3 4 5 6 7 8 9; do sleep 0.3 & done; exit 3",
            Bounds.NONE);
    assertThat(result.outcome()).isEqualTo(Outcome.EXITED);
    assertThat(result.limitsHit())
        .extracting(LimitHit::limit)
        .containsExactlyInAnyOrder("pids", "tmp", "output", "cpu");
    assertThat(result.limitsHit())
        .allSatisfy(hit -> {
          assertThat(hit.setBy()).isEqualTo("host");
          assertThat(hit.ended()).isFalse();
          assertThat(hit.count()).isGreaterThanOrEqualTo(hit.limit().equals("output") ? 11 : 1);
          assertThat(hit.share()).isBetween(hit.limit().equals("cpu") ? 0.1 : 0, 1.0);
        });
    assertThat(result.message()).isEmpty();
  }

  @Test
  void aProgramWithAllTheFilesItMayHaveIsToldWhenItsTimeIsUp() throws Exception {
    Bounds bounds =
        new Bounds(Limits.of(Map.of(Limit.OPEN_FILES, 20L, Limit.TIMEOUT, 400L)), Limits.NONE);
    AttemptResult result =
        run(
            "exec perl -e 'while (open(my $f, \"<\", \"/dev/null\")) { push @f, $f } sleep 9'",
            bounds);
    assertThat(result.outcome()).isEqualTo(Outcome.TIMED_OUT);
    assertThat(result.limitsHit())
        .extracting(LimitHit::limit)
        .containsExactly("timeout", "open_files");
    assertThat(result.message()).contains("limit of timeout, 400ms (of the job)");
  }

  @Test
  void nobodyRaisesAnything() throws Exception {
    SandboxDefaults host = defaults();
    Limits most = Limits.NONE;
    for (Limit limit : Limit.values()) {
      most = most.with(limit, limit.most());
    }
    Limits declared = EffectiveLimits.of(host.ofCommands(), "").limits();
    EffectiveLimits command = AttemptLimits.command(host, sh("", new Bounds(most, most)));
    EffectiveLimits action = AttemptLimits.action(declared, host, sh("", new Bounds(most, most)));
    for (Limit limit : declared.values().keySet()) {
      assertThat(command.limits().get(limit)).as(limit.key()).hasValue(declared.require(limit));
      assertThat(action.limits().get(limit)).as(limit.key()).hasValue(declared.require(limit));
    }
    assertThat(action.setBy(Limit.MEMORY)).isEqualTo("bundle");
  }

  @Test
  void theTimeoutOfAnActionIsLoweredByTheJobAndByItsHost() {
    Limits declared = defaults().ofCommands().with(Limit.TIMEOUT, 5000);
    Assignment asked =
        new Assignment(
            new AttemptId("t1", 1),
            "job",
            new Work.Command(List.of("true"), "default"),
            Map.of(),
            Duration.ofMillis(3000),
            null,
            JobDraft.authority("ann"));
    assertThat(AttemptLimits.action(declared, defaults(), asked).limits().get(Limit.TIMEOUT))
        .hasValue(3000);
    // Of a command nobody has signed how long it takes: the operator says so, the host decides.
    assertThat(AttemptLimits.command(defaults(), asked).setBy(Limit.TIMEOUT)).isEqualTo("job");
    caps = Limits.of(Map.of(Limit.TIMEOUT, 2000L));
    EffectiveLimits lowered = AttemptLimits.command(defaults(), asked);
    assertThat(lowered.limits().get(Limit.TIMEOUT)).hasValue(2000);
    assertThat(lowered.setBy(Limit.TIMEOUT)).isEqualTo("host");
  }

  @Test
  void aLimitThatMeansNoneIsNotTaken() {
    assertThatThrownBy(() -> policy(Limit.TIMEOUT, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limits.timeout: 0 ms is out of range");
  }

  @Test
  void anAgentThatComesLaterStillNamesTheLimit() throws Exception {
    Bounds bounds = policy(Limit.TIMEOUT, 700);
    CancelSignal cancel = new CancelSignal();
    SandboxExecutor first = executor();
    Thread early =
        Thread.ofVirtual()
            .start(() -> {
              try {
                first.run(sh("sleep 60", bounds), cancel, NOBODY);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    org.awaitility.Awaitility.await()
        .until(() -> Files.exists(state.resolve("attempts/t1.1/started")));
    early.interrupt();
    early.join();
    AttemptResult result =
        executor().reattach(sh("sleep 60", Bounds.NONE), true, new CancelSignal(), NOBODY).result();
    assertThat(result.outcome()).isEqualTo(Outcome.TIMED_OUT);
    assertThat(result.limitsHit())
        .containsExactly(new LimitHit("timeout", 700, 1, "policy", 0, true));
  }

  @Test
  void attemptsOfBeforeHaveNoNamedLimits() throws Exception {
    assertThat(LimitsFile.read(state).limits().isEmpty()).isTrue();
  }

  @Test
  void moreFilesThanThisHostHasAreRefusedUnlessSomebodyLowersThem() throws Exception {
    Limits declared = defaults().ofCommands().with(Limit.OPEN_FILES, 1 << 20);
    EffectiveLimits asked =
        EffectiveLimits.of(declared, EffectiveLimits.BUNDLE)
            .loweredBy(Limits.of(Map.of(Limit.OPEN_FILES, 64L)), EffectiveLimits.HOST);
    var spec = defaults().spec("a.1", List.of("true"), Map.of(), java.util.Optional.empty());
    assertThat(AttemptLimits.apply(asked, spec).rlimits())
        .anyMatch(one -> one.soft() == 64 && one.hard() == 64);
    assertThatThrownBy(
            () -> AttemptLimits.apply(EffectiveLimits.of(declared, EffectiveLimits.BUNDLE), spec))
        .hasMessageContaining("limits.open_files");
  }
}
