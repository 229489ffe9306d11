package dev.hostler.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.NetworkUse;
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
import dev.hostler.agent.sandbox.Network;
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
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Actions with an allow-list through the real launcher, to a server on this machine's own address.
 */
class NetworkAttemptTest {
  private static final TimeSource TIME = TimeSource.system();

  private Path root;
  private Path state;
  private Cgroups cgroups;
  private Sandbox sandbox;
  private ServerSocket server;
  private String peer;
  private SignedBundle bundle;
  private NetworkPolicy policy = NetworkPolicy.OPEN;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final AttemptExecutor.Progress progress =
      new AttemptExecutor.Progress() {
        @Override
        public void started(Path spool, boolean rings, Instant at) {
          heard.add("started");
        }

        @Override
        public void grew(StreamName stream) {}

        @Override
        public void denied(List<Denial> all, List<Denial> news) {
          news.forEach(one -> heard.add(one.text()));
        }
      };

  @BeforeEach
  void open() throws Exception {
    String unique = "hostler-net-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
    root = Files.createDirectory(Path.of("/var/lib", unique));
    state = Files.createDirectories(root.resolve("state"));
    cgroups = Cgroups.detect(CgroupSettings.ofHost(unique), TIME);
    sandbox =
        Sandbox.open(
            Path.of("target/launcher/hostler-launch").toAbsolutePath(), state, cgroups, TIME);
    InetAddress own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(one -> one.getAddress().length == 4 && !one.isLoopbackAddress())
            .findFirst()
            .orElse(null);
    Assumptions.assumeTrue(own != null, "this machine has no address but its loopback");
    server = new ServerSocket(0, 50, own);
    peer = own.getHostAddress() + ":" + server.getLocalPort();
    Thread.ofVirtual().start(this::greet);
  }

  private void greet() {
    try {
      while (true) {
        try (Socket one = server.accept()) {
          one.getOutputStream()
              .write("welcome\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
      }
    } catch (IOException _) {
      // the end of the test
    }
  }

  @AfterEach
  void close() throws Exception {
    if (server != null) {
      server.close();
    }
    for (String name : cgroups.names()) {
      sandbox.remove(name);
    }
    cgroups.removeTree();
    try (var files = Files.walk(root)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  private SandboxExecutor executor() throws Exception {
    TrustState trust = OpenTrust.in(state, TIME);
    return new SandboxExecutor(
        sandbox,
        "",
        SandboxDefaults.of(state),
        new BundleCache(
            state.resolve("bundles"),
            root.resolve("roots.pem"),
            (_, offset, sink) ->
                sink.take(
                    bundle.bytes.length,
                    offset,
                    java.util.Arrays.copyOfRange(bundle.bytes, (int) offset, bundle.bytes.length)),
            BundleSettings.USUAL,
            trust,
            TIME),
        trust,
        state.resolve("attempts"),
        (_, _, _) -> {},
        HostSealing.open(
            state.resolve("identity/sealing"),
            new TestIdentity(state.resolve("identity")).current,
            TIME),
        new Networks(policy, NameLookup.system(), TIME),
        null,
        new UsageSampler(UsageSettings.USUAL, state, TIME),
        TIME);
  }

  private Assignment action(String more, String script) throws Exception {
    String toml =
        """
        %s
        [actions.greet.sandbox]
        network = "allow-list"
        peers = ["%s"]
        connections = 3
        %s
        """
            .formatted(SignedBundle.TOML, peer, more);
    bundle =
        new SignedBundle(
            root.resolve("made"), toml, TIME.instant(), null, "#!/bin/bash\n" + script);
    Files.copy(bundle.root, root.resolve("roots.pem"));
    return new Assignment(
        new AttemptId("t1", 1),
        "job",
        new Work.Action(
            "sample", "1.2.3", "greet", bundle.digest, bundle.bytes.length, "{\"name\":\"x\"}"),
        Map.of(),
        Duration.ZERO,
        null,
        JobDraft.authority("ann"));
  }

  private AttemptResult run(Assignment assignment) throws Exception {
    return executor().run(assignment, new CancelSignal(), progress).result();
  }

  private String stdout() throws IOException {
    Path file = state.resolve("attempts/t1.1/stdout");
    return Files.exists(file) ? Files.readString(file) : "";
  }

  private String connect(String to) {
    return "exec 3<>/dev/tcp/" + to.replace(':', '/') + " && cat <&3\n";
  }

  @Test
  void reachesWhatIsDeclaredAndTellsTheRest() throws Exception {
    AttemptResult result =
        run(action("", connect(peer) + connect("198.51.100.7:443") + "echo over; exit 0\n"));

    assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.EXITED);
    assertThat(stdout()).isEqualTo("welcome\nover\n");
    assertThat(result.use().network())
        .isEqualTo(new NetworkUse(1, 1, 1, 0, 8, List.of(new NetworkUse.OfPeer(peer, 1, 0, 8))));
    String denied = "connect(198.51.100.7:443: not in the allow-list)";
    assertThat(result.denials()).extracting(Denial::text).containsExactly(denied);
    assertThat(heard).startsWith("started").contains(denied);
  }

  @Test
  void theFirstDeniedConnectionEndsItWhereItIsTo() throws Exception {
    AttemptResult result =
        run(
            action(
                "on_denied = \"kill\"",
                connect(peer) + connect("198.51.100.7:443") + "sleep 60; echo over\n"));

    assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.SIGNALED);
    assertThat(result.message())
        .contains("connect(198.51.100.7:443: not in the allow-list) was denied");
    assertThat(stdout()).isEqualTo("welcome\n");
  }

  @Test
  void aHostThatPermitsLessRefusesIt() throws Exception {
    policy = new NetworkPolicy(Network.LOOPBACK, Optional.empty(), List.of(), 1);
    AttemptResult result = run(action("", "true\n"));

    assertThat(result.refusal()).isEqualTo(Refusal.SANDBOX_UNSUPPORTED);
    assertThat(result.message()).contains("this host permits at most loopback");
    assertThat(state.resolve("attempts/t1.1/spec")).doesNotExist();
  }

  @Test
  void anAgentThatIsStartedAgainLetsItGoOn() throws Exception {
    Assignment assignment =
        action(
            "",
            connect(peer)
                + "until [ -e /var/lib/"
                + root.getFileName()
                + "/go ]; do sleep 0.05; done\n"
                + connect(peer));
    SandboxExecutor before = executor();
    Thread first =
        Thread.ofVirtual()
            .start(() -> {
              try {
                before.run(assignment, new CancelSignal(), progress);
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            });
    await().until(() -> stdout().equals("welcome\n"));
    first.interrupt();
    first.join();
    SandboxExecutor after = executor();
    Thread.ofVirtual()
        .start(() -> {
          await().until(() -> heard.stream().filter("started"::equals).count() == 2);
          root.resolve("go").toFile().mkdir();
        });

    AttemptResult result = after.reattach(assignment, true, new CancelSignal(), progress).result();

    assertThat(result.exitCode()).as(result.message()).isZero();
    assertThat(stdout()).isEqualTo("welcome\nwelcome\n");
    assertThat(result.use().network().connections()).isEqualTo(2);
    assertThat(result.use().network().receivedBytes()).isEqualTo(16);
  }
}
