package dev.hostler.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.SealedWith;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.BundleCache;
import dev.hostler.agent.bundle.BundleSettings;
import dev.hostler.agent.bundle.BundleUnavailableException;
import dev.hostler.agent.bundle.SignedBundle;
import dev.hostler.agent.bundle.SignerCheck;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.identity.HostSealing;
import dev.hostler.agent.identity.TestIdentity;
import dev.hostler.agent.sandbox.OnDenied;
import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.agent.sandbox.SandboxDefaults;
import dev.hostler.agent.sandbox.Seccomp;
import dev.hostler.agent.sandbox.cgroup.Cgroup;
import dev.hostler.agent.sandbox.cgroup.CgroupSettings;
import dev.hostler.agent.sandbox.cgroup.Cgroups;
import dev.hostler.agent.sandbox.seccomp.ProfileParser;
import dev.hostler.agent.snapshot.SnapshotInfo;
import dev.hostler.agent.snapshot.SnapshotProgram;
import dev.hostler.agent.snapshot.SnapshotSettings;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.agent.state.HostState;
import dev.hostler.agent.trust.OpenTrust;
import dev.hostler.agent.trust.TrustState;
import dev.hostler.agent.usage.UsageSampler;
import dev.hostler.agent.usage.UsageSettings;
import dev.hostler.agent.usage.UsageSummary;
import dev.hostler.agent.work.JobDraft;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.job.JobSandbox;
import dev.hostler.trust.secret.SealedParameters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Attempts through the real launcher, and what comes before it. */
class SandboxExecutorTest {
  private static final TimeSource TIME = TimeSource.system();

  private Path root;
  private Path state;
  private Cgroups cgroups;
  private Sandbox sandbox;
  private SandboxExecutor executor;
  private SignedBundle bundle;
  private Snapshots snapshots;
  private final CancelSignal cancel = new CancelSignal();
  private final Heard heard = new Heard();

  /** Notes what it is told. */
  private static final class Heard implements AttemptExecutor.Progress {
    final List<String> events = new CopyOnWriteArrayList<>();
    volatile Instant startedAt;
    volatile Path spool;

    @Override
    public void started(Path directory, boolean rings, Instant at) {
      events.add("started");
      spool = directory;
      startedAt = at;
    }

    @Override
    public void grew(StreamName stream) {
      events.add(stream.name());
    }

    @Override
    public void denied(List<Denial> all, List<Denial> news) {
      news.forEach(one -> events.add(one.text() + " x" + one.count()));
    }
  }

  private HostSealing sealing;
  private UsageSampler usage;

  @BeforeEach
  void open() throws Exception {
    String unique =
        "hostler-exec-test-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    root = Files.createDirectories(Path.of("/var/tmp/" + unique));
    state = Files.createDirectories(root.resolve("state"));
    cgroups = Cgroups.detect(CgroupSettings.ofHost(unique), TIME);
    sandbox =
        Sandbox.open(
            Path.of("target/launcher/hostler-launch").toAbsolutePath(), state, cgroups, TIME);
    sealing =
        HostSealing.open(
            state.resolve("identity/sealing"),
            new TestIdentity(state.resolve("identity")).current,
            TIME);
    usage =
        new UsageSampler(
            new UsageSettings(Duration.ofMillis(100), Duration.ofSeconds(1)), state, TIME);
    usage.start();
    executor = executor(sandbox);
  }

  private OnDenied onDenied = OnDenied.DENY;
  private Seccomp ceiling = new Seccomp.Standard();
  private boolean learn;

  private SandboxDefaults defaults(Path state) {
    SandboxDefaults usual = SandboxDefaults.of(state);
    return new SandboxDefaults(
        usual.state(),
        usual.user(),
        usual.limits(),
        new dev.hostler.agent.sandbox.Timing(Duration.ofMinutes(1), Duration.ofMillis(300)),
        usual.output(),
        usual.tmpBytes(),
        onDenied,
        ceiling,
        usual.caps(),
        usual.recording(),
        usual.hiddenByOwner(),
        learn);
  }

  private SandboxExecutor executor(Sandbox with) throws Exception {
    TrustState trust = OpenTrust.in(state, TIME);
    BundleCache bundles =
        new BundleCache(
            state.resolve("bundles"),
            root.resolve("roots.pem"),
            (digest, offset, sink) -> {
              if (bundle == null) {
                throw new BundleUnavailableException("there is none");
              }
              sink.take(
                  bundle.bytes.length,
                  offset,
                  java.util.Arrays.copyOfRange(bundle.bytes, (int) offset, bundle.bytes.length));
            },
            BundleSettings.USUAL,
            trust,
            TIME);
    return new SandboxExecutor(
        with,
        "no cgroups here",
        defaults(state),
        bundles,
        trust,
        state.resolve("attempts"),
        users,
        sealing,
        new dev.hostler.agent.network.Networks(
            dev.hostler.agent.network.NetworkPolicy.OPEN,
            dev.hostler.agent.network.NameLookup.system(),
            TIME),
        snapshots,
        usage,
        TIME);
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
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  /** Lets everybody run everything as anybody. */
  private UserRule users = (_, _, _) -> {};

  private static Assignment sh(String task, String script) {
    return work(task, new Work.Command(List.of("/bin/sh", "-c", script), "default"), null);
  }

  private static Assignment work(String task, Work work, Instant expires) {
    return new Assignment(
        new AttemptId(task, 1),
        "job",
        work,
        Map.of(),
        Duration.ZERO,
        expires,
        JobDraft.authority("ann"));
  }

  private AttemptResult run(Assignment assignment) throws Exception {
    return executor.run(assignment, cancel, heard).result();
  }

  private Assignment greet(String toml, String program) throws Exception {
    bundle = new SignedBundle(root.resolve("made"), toml, TIME.instant(), null, program);
    Files.copy(bundle.root, root.resolve("roots.pem"));
    return work(
        "t1",
        new Work.Action(
            "sample", "1.2.3", "greet", bundle.digest, bundle.bytes.length, "{\"name\":\"x\"}"),
        null);
  }

  @Test
  void anOperatorsProfileOnlyTakesAway() throws Exception {
    String narrow = ProfileParser.standardProfile().replace("\"uname\"", "\"no_such_call\"");
    Assignment plain = sh("t1", "uname -s; unshare -U true && echo wide");

    assertThat(run(narrowed(plain, narrow)).denials())
        .extracting(Denial::call)
        .contains("uname", "unshare");
    String wide = narrow.replace("\"no_such_call\"", "\"uname\", \"unshare\"");
    assertThat(run(narrowed(sh("t2", "uname -s; unshare -U true && echo wide"), wide)).denials())
        .extracting(Denial::call)
        .contains("unshare")
        .doesNotContain("uname");
    assertThat(run(narrowed(sh("t3", "true"), "{\"defaultAction\":1}")).refusal())
        .isEqualTo(Refusal.SANDBOX_UNSUPPORTED);
  }

  private static Assignment narrowed(Assignment plain, String profile) {
    return new Assignment(
        plain.id(),
        plain.jobId(),
        plain.work(),
        plain.env(),
        plain.timeout(),
        plain.expiresAt(),
        plain.authority().with(new JobSandbox(profile)));
  }

  @Test
  void theHostAttacksItsOwnSandbox() throws Exception {
    for (String user : List.of("default", "root")) {
      Assignment test = work("test-" + user, new Work.SandboxTest(user), null);
      AttemptResult result = run(test);

      String said = Files.readString(executor.spool(test.id()).resolve("stdout"));
      assertThat(result.exitCode()).as(said).isZero();
      assertThat(said).contains("contained  mount_tmpfs").contains("0 broken, 0 escaped");
      assertThat(result.denials()).extracting(Denial::call).contains("mount", "bpf", "ptrace");
    }
  }

  @Test
  void writesOutsideTheDeclaredPathsAreTold() throws Exception {
    AttemptResult result =
        run(sh("t1", "echo x >/tmp/mine; (echo x >/etc/passwd); mkdir /usr/new; cat /etc/passwd"));

    assertThat(result.denials())
        .extracting(Denial::text)
        .contains(
            "openat(/etc/passwd outside the declared paths)",
            "mkdir(/usr/new outside the declared paths)")
        .noneMatch(text -> text.contains("mine"));
    assertThat(result.learned()).isEmpty();

    onDenied = OnDenied.KILL;
    executor = executor(sandbox);
    AttemptResult killed = run(sh("t2", "echo x >/usr/new; echo over"));
    assertThat(killed.message()).contains("openat(/usr/new outside the declared paths) was denied");
  }

  @Test
  void runsAreRecordedOnlyWhereTheHostsOwnerWantsIt() throws Exception {
    Path folder = Files.createTempDirectory(Path.of("/srv"), "hostler-learn-");
    Path wanted = folder.resolve("learnt");
    String program = "#!/bin/sh\nmkdir -m 755 " + wanted + " && uname -s >" + wanted + "/x\n";
    Assignment learning =
        learning(
            greet(
                SignedBundle.TOML.replace(
                    "[actions.greet.env]", "run_as = \"root\"\n\n[actions.greet.env]"),
                program));
    try {
      AttemptResult refused = run(learning);
      assertThat(refused.refusal()).isEqualTo(Refusal.POLICY);
      assertThat(refused.message()).contains("sandbox.learn = false");
      assertThat(wanted).doesNotExist();

      learn = true;
      executor = executor(sandbox);
      AttemptResult result = run(learning);
      assertThat(result.exitCode()).as(result.toString()).isZero();
      assertThat(wanted.resolve("x")).hasContent("Linux");
      assertThat(result.learned())
          .contains("\"made\":[\"" + wanted + "\",\"" + wanted + "/x\"]")
          .contains("\"uname\":")
          .contains("\"peers\":[]");
    } finally {
      Files.deleteIfExists(wanted.resolve("x"));
      Files.deleteIfExists(wanted);
      Files.delete(folder);
    }
  }

  private static Assignment learning(Assignment plain) {
    return new Assignment(
        plain.id(),
        plain.jobId(),
        plain.work(),
        plain.env(),
        plain.timeout(),
        plain.expiresAt(),
        plain.authority().with(new JobSandbox("", true)));
  }

  private static final String SECRET = "s3cret-1 \u00e9";
  private static final String NONCE = "AAAAAAAAAAAAAAAAAAAAAA";

  /** Of a job with the nonce {@link #NONCE}, sealed to this host. */
  private Assignment withSecret(String program, String password) throws Exception {
    String toml =
        SignedBundle.TOML
            + "\n[actions.greet.params.properties.password]\n"
            + "type = \"string\"\nmaxLength = 20\nwriteOnly = true\n";
    bundle = new SignedBundle(root.resolve("made"), toml, TIME.instant(), null, program);
    Files.copy(bundle.root, root.resolve("roots.pem"));
    SealedParameters sealed =
        SealedParameters.seal(
            "{\"name\":\"x\",\"password\":\"" + password + "\"}",
            "{\"properties\":{\"password\":{\"writeOnly\":true}}}",
            NONCE,
            Map.of("host-1", sealing.vouched().read().key()));
    return work(
        "t1",
        action(
            sealed.params(),
            NONCE,
            Base64.getUrlEncoder().encodeToString(sealed.keys().get("host-1"))),
        null);
  }

  private Work.Action action(String params, String nonce, String key) {
    return new Work.Action(
        "sample",
        "1.2.3",
        "greet",
        bundle.digest,
        bundle.bytes.length,
        params,
        new SealedWith(nonce, key));
  }

  @Test
  void aResultSaysWhatWasUsed() throws Exception {
    AttemptResult result =
        run(sh("t1", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 1"));
    UsageSummary use = result.use().summary();
    assertThat(result.exitCode()).isZero();
    assertThat(use.samples()).isPositive();
    assertThat(use.userMicros()).isBetween(1L, result.use().cpuMicros() + 100_000);
    assertThat(use.memoryMeanBytes()).isPositive();
    assertThat(use.processesPeak()).isPositive();
    assertThat(use.threadsPeak()).isGreaterThanOrEqualTo(use.processesPeak());
    assertThat(use.filesPeak()).isGreaterThanOrEqualTo(3);
    assertThat(run(sh("t2", "exit 3")).use().summary().userMicros()).isNotNegative();
  }

  @Test
  void aLeakOfDescriptorsIsTold() throws Exception {
    String script =
        "for i in $(seq 60); do exec {fd}</dev/null; sleep 0.2; done; echo ${fd}; exit 0";
    AttemptResult result =
        run(work("t1", new Work.Command(List.of("/bin/bash", "-c", script), "default"), null));
    assertThat(result.exitCode()).as(result.message()).isZero();
    assertThat(result.use().summary().leaks())
        .singleElement()
        .satisfies(leak -> {
          assertThat(leak.what()).isEqualTo("descriptors");
          assertThat(leak.to() - leak.from()).isBetween(40L, 70L);
          assertThat(leak.perMinute()).isBetween(150.0, 330.0);
        });
  }

  @Test
  void aSecretReachesTheProgramAndNoFile() throws Exception {
    AttemptResult result =
        run(
            withSecret(
                "#!/bin/sh\nprintf %s \"$HOSTLER_PARAM_PASSWORD\" | sha256sum\n"
                    + "printf %s \"$HOSTLER_PARAMS\" | sha256sum\necho $HOSTLER_PARAM_NAME",
                SECRET));
    assertThat(result.exitCode()).as(result.message()).isZero();
    Path folder = state.resolve("attempts/t1.1");
    assertThat(Files.readString(folder.resolve("stdout")).lines())
        .containsExactly(
            sha256(SECRET) + "  -",
            sha256("{\"name\":\"x\",\"password\":\"" + SECRET + "\",\"times\":2}") + "  -",
            "x");
    try (var files = Files.walk(state)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain("s3cret");
      }
    }
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            java.security.MessageDigest.getInstance("SHA-256")
                .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Test
  void whatIsNotSealedForThisHostAndJobIsRefusedEachForItsReason() throws Exception {
    Assignment good = withSecret("#!/bin/sh\necho never", "s3cret-1 too long, by the schema");
    Work.Action action = (Work.Action) good.work();
    String params = action.paramsJson();
    String key = action.sealed().wrappedKey();
    AttemptResult unfit = run(good);
    assertThat(unfit.refusal()).isEqualTo(Refusal.ACTION_INVALID);
    assertThat(unfit.message()).contains("params.password").doesNotContain("s3cret");
    Map<Work.Action, Refusal> cases =
        Map.of(
            action(params, NONCE, ""),
            Refusal.SEALED_KEY_MISSING,
            action(params, NONCE, "AAAA"),
            Refusal.SEALED_MALFORMED,
            action(
                params,
                NONCE,
                key.substring(0, 20) + (key.charAt(20) == 'x' ? "y" : "x") + key.substring(21)),
            Refusal.SEALED_CANNOT_OPEN,
            action(params, "BAAAAAAAAAAAAAAAAAAAAA", key),
            Refusal.SEALED_CANNOT_OPEN,
            action("{\"password\":\"s3cret-1\"}", NONCE, key),
            Refusal.SEALED_MALFORMED);
    for (var one : cases.entrySet()) {
      AttemptResult result = run(work("t2", one.getKey(), null));
      assertThat(result.refusal()).as(result.message()).isEqualTo(one.getValue());
      assertThat(result.message()).doesNotContain("s3cret");
    }
    assertThat(state.resolve("attempts")).doesNotExist();
  }

  @Test
  void tellsTheStartOnceAndBeforeOutput() throws Exception {
    AttemptResult result = run(sh("t1", "echo a; echo b >&2; exit 3"));
    assertThat(result.outcome()).isEqualTo(Outcome.EXITED);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.stdout().bytes()).isEqualTo(2);
    assertThat(heard.events).startsWith("started").containsOnlyOnce("started");
    assertThat(heard.startedAt).isEqualTo(result.startedAt());
    assertThat(heard.spool.resolve("stdout")).hasContent("a\n");
    assertThat(result.use().memoryPeakBytes()).isPositive();
    assertThat(executor.hasTrace(new AttemptId("t1", 1))).isTrue();
    executor.discard(new AttemptId("t1", 1));
    assertThat(executor.hasTrace(new AttemptId("t1", 1))).isFalse();
    assertThat(heard.spool).doesNotExist();
  }

  @Test
  void deniedCallsAreToldWhileItRunsAndCountedInTheResult() throws Exception {
    Thread.ofVirtual()
        .start(() -> {
          await().until(() -> heard.events.contains("mount(/mnt, flags=0x2) x1"));
          cancel.request();
        });
    AttemptResult result =
        run(sh("t1", "trap 'exit 5' TERM; mount -t tmpfs -o nosuid x /mnt; while :; do :; done"));

    assertThat(result.outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(heard.events.indexOf("mount(/mnt, flags=0x2) x1"))
        .isGreaterThan(heard.events.indexOf("started"));
    assertThat(result.denials())
        .filteredOn(one -> one.call().equals("mount"))
        .singleElement()
        .satisfies(one -> {
          assertThat(one.count()).isEqualTo(1);
          assertThat(one.firstAt()).isBetween(result.startedAt(), result.endedAt());
          assertThat(one.thread()).isPositive();
          assertThat(one.routine()).isFalse();
        });
  }

  @Test
  void theFirstDeniedCallEndsItWhereThePolicySaysSo() throws Exception {
    onDenied = OnDenied.KILL;
    executor = executor(sandbox);

    AttemptResult result = run(sh("t1", "id; echo before; unshare -m true; echo after"));

    assertThat(result.outcome()).isEqualTo(Outcome.SIGNALED);
    assertThat(result.signal()).isEqualTo(9);
    assertThat(result.message())
        .isEqualTo("unshare(CLONE_NEWNS) was denied: ended at its first denied system call");
    assertThat(heard.spool.resolve("stdout")).content().endsWith("before\n");
    assertThat(result.denials()).extracting(Denial::call).endsWith("unshare");
  }

  @Test
  void anAgentThatWasAwayFindsWhatWasDeniedMeanwhile() throws Exception {
    Assignment assignment = sh("t1", "unshare -m true; while :; do sleep 1; done");
    Thread first =
        Thread.ofPlatform()
            .start(() -> {
              try {
                executor.run(assignment, cancel, heard);
              } catch (InterruptedException _) {
                // the agent stops; the attempt goes on
              }
            });
    await().until(() -> heard.events.toString().contains("unshare"));
    first.interrupt();
    first.join();
    Heard later = new Heard();
    Thread.ofVirtual()
        .start(() -> {
          await().until(() -> later.events.toString().contains("unshare(CLONE_NEWNS) x1"));
          cancel.request();
        });

    AttemptResult result = executor(sandbox).reattach(assignment, true, cancel, later).result();

    assertThat(result.outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(later.events).startsWith("started").contains("unshare(CLONE_NEWNS) x1");
    assertThat(result.denials()).extracting(Denial::call).contains("unshare");
  }

  @Test
  void connectionsWithoutANetworkAreTold() throws Exception {
    AttemptResult result =
        run(
            work(
                "t1",
                new Work.Command(
                    List.of("bash", "-c", "id >/dev/null; exec 3<>/dev/tcp/10.0.0.1/443"),
                    "default"),
                null));

    assertThat(heard.spool.resolve("stderr")).content().contains("Network is unreachable");
    assertThat(result.denials()).extracting(Denial::text).contains("connect(10.0.0.1:443)");
    assertThat(result.denials())
        .filteredOn(Denial::routine)
        .extracting(Denial::text)
        .allMatch(text -> text.startsWith("socket(AF_UNIX, SOCK_STREAM"));
  }

  private AttemptResult underProfile(String declared, Seccomp host) throws Exception {
    ceiling = host;
    executor = executor(sandbox);
    // 250 is keyctl on x86-64; 95 and 38 are the kernel's own answers, 1 is the filter's.
    return run(
        greet(
            SignedBundle.TOML + "\n[actions.greet.sandbox]\n" + declared,
            "#!/bin/sh\nuname -s || echo denied\nperl -e 'syscall(250, 99); print $!+0, \"\\n\"'\n"));
  }

  @Test
  @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
  void aBundlesProfileCountsOnlyAsFarAsTheHostPermits() throws Exception {
    AttemptResult narrowed = underProfile("seccomp = \"profile.json\"", new Seccomp.Standard());

    assertThat(heard.spool.resolve("stdout")).hasContent("denied\n1\n");
    assertThat(narrowed.denials()).extracting(Denial::call).contains("uname", "keyctl");
  }

  @Test
  @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
  void aHostMayLeaveItToTheBundle() throws Exception {
    AttemptResult result = underProfile("seccomp = \"profile.json\"", new Seccomp.Unconfined());

    assertThat(heard.spool.resolve("stdout")).content().matches("denied\n(95|38)\n");
    assertThat(result.denials()).extracting(Denial::call).contains("uname");
  }

  @Test
  @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
  void aHostsOwnProfileHoldsForEverybody() throws Exception {
    ceiling = new Seccomp.Profile(SignedBundle.PROFILE);
    executor = executor(sandbox);

    AttemptResult result = run(sh("t2", "uname -s || echo denied"));

    assertThat(heard.spool.resolve("stdout")).hasContent("denied\n");
    assertThat(result.denials()).extracting(Denial::call).contains("uname");
  }

  @Test
  void aProfileThatPermitsByDefaultIsRefused() throws Exception {
    AttemptResult result = underProfile("seccomp = \"broken.json\"", new Seccomp.Unconfined());

    assertThat(result.refusal()).isEqualTo(Refusal.SANDBOX_UNSUPPORTED);
    assertThat(result.message()).contains("allow-list");
  }

  @Test
  void aBundleMayBeHarderOnItselfThanTheHost() throws Exception {
    AttemptResult result =
        run(
            greet(
                SignedBundle.TOML + "\n[actions.greet.sandbox]\non_denied = \"kill\"\n",
                "#!/bin/sh\nunshare -m true\necho after\n"));

    assertThat(result.outcome()).isEqualTo(Outcome.SIGNALED);
    assertThat(result.message()).startsWith("unshare(CLONE_NEWNS) was denied");
  }

  @Test
  void aCancelBeforeTheStartStartsNothing() throws Exception {
    cancel.request();
    AttemptResult result = run(sh("t1", "touch /tmp/never"));
    assertThat(result.outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(result.startedAt()).isNull();
    assertThat(heard.events).isEmpty();
    assertThat(executor.hasTrace(new AttemptId("t1", 1))).isFalse();
  }

  @Test
  void aCancelEndsAllProcessesBeforeItIsReported() throws Exception {
    Thread.ofVirtual()
        .start(() -> {
          await().until(() -> heard.events.contains("STDOUT"));
          cancel.request();
        });
    AttemptResult result =
        run(sh("t1", "trap '' TERM; (trap '' TERM; sleep 60) & echo up; sleep 60"));
    assertThat(result.outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(cgroups.names()).as("empty and removed").isEmpty();
  }

  @Test
  void anExpiryThatPassedWhileItWaitedIsHonoured() throws Exception {
    AttemptResult result =
        run(
            work(
                "t1", new Work.Command(List.of("true"), "default"), TIME.instant().minusMillis(1)));
    assertThat(result.refusal()).isEqualTo(Refusal.EXPIRED);
    assertThat(heard.events).isEmpty();
  }

  @Test
  void whatCannotBePassedToAProgramIsRefused() throws Exception {
    AttemptResult result = run(work("t1", new Work.Command(List.of(""), "default"), null));
    assertThat(result.outcome()).isIn(Outcome.REFUSED, Outcome.EXITED);
    Assignment huge = sh("t2", "true");
    AttemptResult long68 =
        executor
            .run(
                new Assignment(
                    huge.id(),
                    "job",
                    huge.work(),
                    Map.of(),
                    Duration.ofDays(365 * 100),
                    null,
                    JobDraft.authority("ann")),
                cancel,
                heard)
            .result();
    assertThat(long68.refusal()).isEqualTo(Refusal.ACTION_INVALID);
    assertThat(long68.message()).contains("timeout");
  }

  @Test
  void withoutASandboxEverythingIsRefusedWithTheReason() throws Exception {
    executor = executor(null);
    AttemptResult result = run(sh("t1", "true"));
    assertThat(result.refusal()).isEqualTo(Refusal.SANDBOX_UNSUPPORTED);
    assertThat(result.message()).isEqualTo("no cgroups here");
    executor.discardAllBut(Set.of());
    AttemptResult lost = executor.reattach(sh("t1", "true"), true, cancel, heard).result();
    assertThat(lost.outcome()).isEqualTo(Outcome.SANDBOX_FAILED);
    assertThat(lost.message()).contains("no cgroups here");
  }

  @Test
  void whatIsDeclaredIsEnforcedOrRefused() throws Exception {
    AttemptResult result =
        run(
            greet(
                SignedBundle.TOML
                    + """

                    [actions.greet.sandbox]
                    writable = ["%s"]
                    capabilities = ["CAP_NET_RAW"]
                    network = "loopback"

                    [actions.greet.limits]
                    open_files = 100
                    timeout = "20s"
                    """
                        .formatted("/var/lib/does-not-exist-" + root.getFileName()),
                "#!/bin/sh\ntrue\n"));
    assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.REFUSED);
    assertThat(result.refusal()).isEqualTo(Refusal.SANDBOX_UNSUPPORTED);
    assertThat(result.message()).contains("does-not-exist");
    assertThat(heard.events).isEmpty();
  }

  @Test
  void anActionHasItsLimitsAndMayWriteWhatItDeclared() throws Exception {
    Path data = Files.createDirectory(Path.of("/srv/" + root.getFileName()));
    Files.setPosixFilePermissions(
        data, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
    try {
      writes(data);
    } finally {
      Files.deleteIfExists(data.resolve("file"));
      Files.delete(data);
    }
  }

  private void writes(Path data) throws Exception {
    AttemptResult result =
        run(
            greet(
                SignedBundle.TOML
                    + """

                    [actions.greet.sandbox]
                    writable = ["%s"]
                    network = "loopback"

                    [actions.greet.limits]
                    open_files = 100
                    """
                        .formatted(data),
                "#!/bin/sh\nulimit -n\necho x > "
                    + data
                    + "/file || exit 9\n"
                    + "touch "
                    + root
                    + "/elsewhere 2>/dev/null && exit 8\nexit 0\n"));
    assertThat(result.exitCode()).as(result.message()).isZero();
    assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.EXITED);
    assertThat(heard.spool.resolve("stdout")).hasContent("100\n");
    assertThat(data.resolve("file")).hasContent("x\n");
  }

  @Test
  void moreOpenFilesThanThisHostAllowsAreRefused() throws Exception {
    AttemptResult result =
        run(
            greet(
                SignedBundle.TOML + "\n[actions.greet.limits]\nopen_files = 1000000\n",
                "#!/bin/sh\ntrue\n"));
    assertThat(result.refusal()).as(result.message()).isEqualTo(Refusal.SANDBOX_UNSUPPORTED);
    assertThat(result.message()).contains("open_files", "1000000");
  }

  @Test
  void aBundleThatIsNotThereIsARefusal() throws Exception {
    AttemptResult result =
        run(work("t1", new Work.Action("b", "1.0.0", "a", "ab".repeat(32), 10, "{}"), null));
    assertThat(result.refusal()).isEqualTo(Refusal.BUNDLE_UNAVAILABLE);
  }

  @Test
  void runsOfAnEarlierProcessAreTakenUp() throws Exception {
    Thread first =
        Thread.ofVirtual()
            .start(() -> {
              try {
                executor.run(sh("t1", "echo a; sleep 1; echo b; exit 7"), cancel, heard);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    await().until(() -> heard.events.contains("STDOUT"));
    first.interrupt();
    first.join();
    Heard again = new Heard();
    AttemptResult result =
        executor(sandbox).reattach(sh("t1", ""), true, new CancelSignal(), again).result();
    assertThat(result.exitCode()).isEqualTo(7);
    assertThat(again.startedAt).isEqualTo(result.startedAt()).isEqualTo(heard.startedAt);
    assertThat(again.spool.resolve("stdout")).hasContent("a\nb\n");
  }

  @Test
  void afterARestartOfTheHostAnUnfinishedRunHasFailedAndSaysWhy() throws Exception {
    Path folder = Files.createDirectories(state.resolve("attempts/t1.1"));
    Files.writeString(folder.resolve("spec"), "version=1\0");
    AttemptResult result = executor.reattach(sh("t1", ""), false, cancel, heard).result();
    assertThat(result.outcome()).isEqualTo(Outcome.SANDBOX_FAILED);
    assertThat(result.message()).startsWith("the host was restarted while it ran");
  }

  @Test
  void whatAnAgentLeftBeforeTheStartIsClearedAway() throws Exception {
    Path folder = Files.createDirectories(state.resolve("attempts/t1.1"));
    Files.writeString(folder.resolve("half"), "written");
    cgroups.create("t1.1", SandboxDefaults.of(state).limits());
    assertThat(executor.hasTrace(new AttemptId("t1", 1))).as("nothing was started").isFalse();
    assertThat(run(sh("t1", "exit 4")).exitCode()).isEqualTo(4);
  }

  @Test
  void attemptsThatAreNotInTheLedgerAreEndedAndRemoved() throws Exception {
    Thread stray =
        Thread.ofVirtual()
            .start(() -> {
              try {
                executor.run(sh("stray", "sleep 60"), cancel, heard);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    await().until(() -> heard.events.contains("started"));
    stray.interrupt();
    stray.join();
    Files.createDirectories(state.resolve("attempts/known.1"));
    executor(sandbox).discardAllBut(Set.of(new AttemptId("known", 1)));
    await().until(() -> cgroups.names().isEmpty());
    assertThat(state.resolve("attempts/stray.1")).doesNotExist();
    assertThat(state.resolve("attempts/known.1")).exists();
  }

  private static String rollback(Path data) {
    return SignedBundle.TOML.replace(
            "[actions.greet]\n", "[actions.greet]\nrollback_on_failure = true\nrun_as = \"root\"\n")
        + "\n[actions.greet.sandbox]\nwritable = [\"%s\"]\n".formatted(data);
  }

  private static final String HALF =
      "#!/bin/sh\necho new > %1$s/file\nrm %1$s/other\necho x > %1$s/more\nexit ";

  private Path captured() throws Exception {
    snapshots =
        Snapshots.open(
            state.resolve("snapshots"),
            SnapshotProgram.beside(Sandbox.launcher()),
            SnapshotSettings.USUAL,
            TIME);
    executor = executor(sandbox);
    Path data = Files.createDirectory(Path.of("/srv/" + root.getFileName()));
    Files.writeString(data.resolve("file"), "old\n");
    Files.writeString(data.resolve("other"), "other\n");
    return data;
  }

  private void remove(Path data) throws Exception {
    for (String name : List.of("file", "other", "more")) {
      Files.deleteIfExists(data.resolve(name));
    }
    Files.delete(data);
  }

  @Test
  void aFailureHalfWayIsRolledBackAndSaidSo() throws Exception {
    Path data = captured();
    try {
      var before = Files.getLastModifiedTime(data);
      AttemptResult result = run(greet(rollback(data), HALF.formatted(data) + "3\n"));
      assertThat(result.exitCode()).as(result.message()).isEqualTo(3);
      assertThat(result.message()).startsWith("rolled back to snapshot ").contains("identical");
      assertThat(data.resolve("file")).hasContent("old\n");
      assertThat(data.resolve("other")).hasContent("other\n");
      assertThat(data.resolve("more")).doesNotExist();
      assertThat(Files.getLastModifiedTime(data)).isEqualTo(before);
    } finally {
      remove(data);
    }
  }

  @Test
  void aSuccessIsKeptWithItsSnapshot() throws Exception {
    Path data = captured();
    try {
      AttemptResult result = run(greet(rollback(data), HALF.formatted(data) + "0\n"));
      assertThat(result.exitCode()).as(result.message()).isZero();
      assertThat(data.resolve("file")).hasContent("new\n");
      SnapshotInfo kept = snapshots.list().getFirst();
      assertThat(result.message()).isEqualTo("snapshot " + kept.id());
      assertThat(kept.sealed()).isTrue();
      assertThat(snapshots.restore(kept.id()).identical()).isTrue();
      assertThat(data.resolve("other")).hasContent("other\n");
    } finally {
      remove(data);
    }
  }

  @Test
  void aRollbackIsDoneOnceWhateverHappensLater() throws Exception {
    Path data = captured();
    try {
      Assignment assignment = greet(rollback(data), HALF.formatted(data) + "3\n");
      run(assignment);
      Files.writeString(data.resolve("file"), "somebody else's\n");
      // As after a crash before the end was in the ledger.
      AttemptResult again = executor.reattach(assignment, true, cancel, heard).result();
      assertThat(again.message()).startsWith("rolled back to snapshot ");
      assertThat(data.resolve("file")).hasContent("somebody else's\n");
    } finally {
      remove(data);
    }
  }

  /**
   * The host's kernel parameters are below the writable path here, so that the action can change
   * one.
   */
  @Test
  void whatIsNoFileIsKeptAndBroughtBackToo() throws Exception {
    Path data = captured();
    Path parameter = data.resolve("proc/sys/net/ipv4/ip_forward");
    try {
      Files.createDirectories(parameter.getParent());
      Files.writeString(parameter, "0\n");
      snapshots =
          Snapshots.open(
              state.resolve("snapshots"),
              SnapshotProgram.beside(Sandbox.launcher()),
              SnapshotSettings.USUAL,
              HostState.below(data),
              TIME);
      executor = executor(sandbox);
      String kept = "snapshot = [\"%s/file\"]\nstate = [\"sysctl:net.ipv4.%s\"]\n";
      String script = HALF.formatted(data).replace("exit", "echo 1 > " + parameter + "\nexit");
      AttemptResult result =
          run(
              greet(
                  rollback(data)
                      .replace("rollback_on", kept.formatted(data, "ip_forward") + "rollback_on"),
                  script + "3\n"));
      assertThat(result.message()).contains("rolled back", "state too");
      assertThat(parameter).hasContent("0\n");
      assertThat(data.resolve("file")).hasContent("old\n");
      assertThat(data.resolve("other")).as("not declared").doesNotExist();
    } finally {
      try (var all = Files.walk(data)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  @Test
  void withoutTheDeclaredStateNothingIsRun() throws Exception {
    Path data = captured();
    try {
      AttemptResult result =
          run(
              greet(
                  rollback(data)
                      .replace("rollback_on", "state = [\"sysctl:no.such\"]\nrollback_on"),
                  HALF.formatted(data) + "0\n"));
      assertThat(result.refusal()).as(result.message()).isEqualTo(Refusal.SNAPSHOT_FAILED);
      assertThat(result.message()).contains("sysctl:no.such: this kernel has no parameter");
      assertThat(data.resolve("file")).hasContent("old\n");
      assertThat(snapshots.list()).isEmpty();
    } finally {
      remove(data);
    }
  }

  @Test
  void withoutTheDeclaredSnapshotNothingIsRun() throws Exception {
    Path data = captured();
    try {
      snapshots = null;
      executor = executor(sandbox);
      AttemptResult result = run(greet(rollback(data), HALF.formatted(data) + "0\n"));
      assertThat(result.refusal()).as(result.message()).isEqualTo(Refusal.SNAPSHOT_FAILED);
      assertThat(data.resolve("file")).hasContent("old\n");
    } finally {
      remove(data);
    }
  }

  @Test
  void operatorsRestoreWithoutASandbox() throws Exception {
    Path data = captured();
    try {
      run(greet(rollback(data), HALF.formatted(data) + "0\n"));
      var all =
          new WorkExecutor(
              executor,
              new SnapshotExecutor(
                  snapshots,
                  OpenTrust.in(state, TIME),
                  new SignerCheck(root.resolve("roots.pem"), OpenTrust.in(state, TIME), TIME),
                  state.resolve("attempts"),
                  TIME),
              new CheckpointExecutor(snapshots, state.resolve("attempts"), TIME));
      String id = snapshots.list().getFirst().id();
      Assignment restore = work("t7", new Work.Snapshot("restore", id, false), null);
      assertThat(all.hasTrace(restore.id())).isFalse();
      AttemptResult result = all.run(restore, cancel, heard).result();
      assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.EXITED);
      assertThat(result.exitCode()).isZero();
      assertThat(all.spool(restore.id()).resolve("stdout")).content().contains("identical");
      assertThat(result.stdout().bytes())
          .isEqualTo(Files.size(all.spool(restore.id()).resolve("stdout")));
      assertThat(data.resolve("file")).hasContent("old\n");
      assertThat(all.hasTrace(restore.id())).isTrue();
      assertThat(all.reattach(restore, true, cancel, heard).result().exitCode())
          .as("again is the same as once")
          .isZero();
      AttemptResult none =
          all.run(work("t8", new Work.Snapshot("restore", "nobody.1", false), null), cancel, heard)
              .result();
      assertThat(none.refusal()).isEqualTo(Refusal.SNAPSHOT_FAILED);
      all.discard(restore.id());
      assertThat(all.hasTrace(restore.id())).isFalse();
    } finally {
      remove(data);
    }
  }
}
