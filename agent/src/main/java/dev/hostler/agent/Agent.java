package dev.hostler.agent;

import dev.hostler.agent.bundle.BundleCache;
import dev.hostler.agent.bundle.BundleSettings;
import dev.hostler.agent.bundle.SignerCheck;
import dev.hostler.agent.config.AgentConfig;
import dev.hostler.agent.facts.FactsReader;
import dev.hostler.agent.identity.CertificateRenewal;
import dev.hostler.agent.identity.CurrentIdentity;
import dev.hostler.agent.identity.EnrolException;
import dev.hostler.agent.identity.Enrolment;
import dev.hostler.agent.identity.HostSealing;
import dev.hostler.agent.identity.Identity;
import dev.hostler.agent.identity.IdentityStore;
import dev.hostler.agent.identity.JoinToken;
import dev.hostler.agent.identity.RootsKeeper;
import dev.hostler.agent.link.ControllerLink;
import dev.hostler.agent.link.GrpcBundleSource;
import dev.hostler.agent.link.GrpcEnroller;
import dev.hostler.agent.link.GrpcRenewer;
import dev.hostler.agent.link.LinkSettings;
import dev.hostler.agent.link.TlsChannels;
import dev.hostler.agent.network.NameLookup;
import dev.hostler.agent.network.Networks;
import dev.hostler.agent.policy.KeptPaths;
import dev.hostler.agent.run.CheckpointExecutor;
import dev.hostler.agent.run.SandboxExecutor;
import dev.hostler.agent.run.SnapshotExecutor;
import dev.hostler.agent.run.WorkExecutor;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.agent.trust.TrustState;
import dev.hostler.agent.usage.UsageSampler;
import dev.hostler.agent.work.Admission;
import dev.hostler.agent.work.JobPolicy;
import dev.hostler.agent.work.Ledger;
import dev.hostler.agent.work.Nonces;
import dev.hostler.agent.work.OperatorRoots;
import dev.hostler.agent.work.WorkSettings;
import dev.hostler.agent.work.Workbench;
import dev.hostler.common.lifecycle.Lifecycle;
import dev.hostler.common.lifecycle.StartException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsTrust;
import dev.hostler.trust.KeyPurpose;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the parts of the agent together. */
final class Agent {
  private static final Logger log = LoggerFactory.getLogger(Agent.class);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Agent() {}

  /** Makes the state directory, for root only, and sets up logging. */
  static void prepare(AgentConfig config) throws IOException {
    Logging.configure(config.log());
    Path state = config.stateDir();
    var rootOnly = PosixFilePermissions.fromString("rwx------");
    Files.createDirectories(state, PosixFilePermissions.asFileAttribute(rootOnly));
    Files.setPosixFilePermissions(state, rootOnly);
  }

  /**
   * Has native libraries unpacked below the state directory: on many hosts nothing in /tmp can be
   * executed, or anybody can write there. What a killed process left there is removed.
   */
  private static void useOwnFolderForNativeLibraries(Path state) throws IOException {
    Path natives = Files.createDirectories(state.resolve("native"));
    try (DirectoryStream<Path> left = Files.newDirectoryStream(natives)) {
      for (Path one : left) {
        Files.delete(one);
      }
    }
    System.setProperty("io.netty.native.workdir", natives.toString());
    System.setProperty("ZstdTempFolder", natives.toString());
  }

  static IdentityStore identities(AgentConfig config) {
    return new IdentityStore(config.stateDir().resolve("identity"));
  }

  /** The key that secret parameters are sealed to; made if there is none. */
  static HostSealing sealing(AgentConfig config, CurrentIdentity identity, TimeSource time)
      throws IOException {
    return HostSealing.open(config.stateDir().resolve("identity/sealing"), identity, time);
  }

  /** Joins a fleet, replacing the identity that this host may have. */
  static Optional<Identity> enrol(
      AgentConfig config,
      String controller,
      JoinToken token,
      @Nullable String name,
      Consumer<String> people)
      throws EnrolException, IOException, InterruptedException {
    FactsReader facts = facts(config, "none");
    EventLoopGroup loop = eventLoop();
    try {
      GrpcEnroller enroller =
          new GrpcEnroller(
              one ->
                  new TlsChannels(
                      TlsTrust.byCaDigest(one.caDigest(), KeyPurpose.CONTROLLER.oid()), loop),
              facts::read,
              PATIENCE);
      return new Enrolment(
              identities(config),
              enroller,
              TimeSource.system(),
              new Random(new SecureRandom().nextLong()),
              people)
          .enrol(controller, token, name == null ? facts.read().hostname() : name, true);
    } finally {
      end(loop);
    }
  }

  /** Runs until the process is told to end. */
  static void run(AgentConfig config, Identity identity)
      throws StartException, InterruptedException {
    Lifecycle lifecycle = new Lifecycle();
    Runnable forgetSignal = lifecycle.stopOnSignal();
    try {
      TimeSource time = TimeSource.system();
      var _ = OomProtection.apply(Path.of("/proc/self/oom_score_adj"));
      SandboxSetup sandbox =
          lifecycle.start("the sandbox", () -> SandboxSetup.open(config, time), _ -> {});
      start(config, identity, sandbox, lifecycle, time);
      log.info("agent {} of host {} started", AgentVersion.TEXT, identity.hostId());
      lifecycle.awaitStop();
    } finally {
      lifecycle.stop();
      forgetSignal.run();
    }
  }

  /** Starts all parts but the sandbox. */
  static void start(
      AgentConfig config,
      Identity identity,
      SandboxSetup sandbox,
      Lifecycle lifecycle,
      TimeSource time)
      throws StartException {
    Path state = config.stateDir();
    lifecycle.start("on " + state, () -> lock(state), FileLockHolder::close);
    FactsReader facts = facts(config, sandbox.cgroupVersion());
    AtomicReference<@Nullable ControllerLink> link = new AtomicReference<>();
    TrustState trust =
        lifecycle.start(
            "what is known of revocation",
            () -> TrustState.open(state.resolve("trust/state"), config.trust(), time),
            _ -> {});
    BundleCache bundles =
        lifecycle.start(
            "the bundle cache",
            () ->
                new BundleCache(
                    state.resolve("bundles"),
                    config.bundles().roots(),
                    new GrpcBundleSource(() -> {
                      ControllerLink current = link.get();
                      return current == null ? null : current.channel();
                    }),
                    new BundleSettings(
                        config.bundles().largestBytes(),
                        config.bundles().cacheBytes(),
                        config.bundles().unusedFor(),
                        BundleSettings.USUAL.patience()),
                    trust,
                    time),
            _ -> {});
    Ledger ledger =
        lifecycle.start(
            "the ledger", () -> Ledger.open(state.resolve("ledger"), time), Ledger::close);
    CurrentIdentity current = new CurrentIdentity(identities(config), identity);
    HostSealing sealing =
        lifecycle.start("the sealing key", () -> sealing(config, current, time), _ -> {});
    JobPolicy policy = policy(config.policy(), config.snapshots().kept());
    Snapshots snapshots =
        lifecycle.start(
            "the snapshots",
            () -> sandbox.snapshots(state.resolve("snapshots"), config.snapshots(), sealing, time),
            _ -> {});
    UsageSampler usage =
        lifecycle.start(
            "the sampling of use",
            () -> {
              UsageSampler made = new UsageSampler(config.usage(), state, time);
              made.start();
              return made;
            },
            UsageSampler::close);
    SandboxExecutor sandboxes =
        new SandboxExecutor(
            sandbox.sandbox(),
            sandbox.unsupported(),
            sandbox.defaults(),
            bundles,
            trust,
            state.resolve("attempts"),
            policy,
            sealing,
            new Networks(config.network(), NameLookup.system(), time),
            snapshots,
            usage,
            time);
    WorkExecutor executor =
        new WorkExecutor(
            sandboxes,
            new SnapshotExecutor(
                snapshots,
                trust,
                new SignerCheck(config.bundles().roots(), trust, time),
                state.resolve("attempts"),
                time),
            new CheckpointExecutor(snapshots, state.resolve("attempts"), time));
    Nonces nonces =
        lifecycle.start(
            "the record of the jobs it took",
            () -> Nonces.open(state.resolve("trust/state/nonces"), time),
            Nonces::close);
    Admission admission =
        new Admission(
            identity.hostId(),
            new OperatorRoots(config.operatorRoots(), trust::revocation),
            policy,
            job -> trust.requireOperator(job.operator().name(), job.path()),
            nonces,
            time);
    Workbench workbench =
        lifecycle.start(
            "work",
            () -> {
              Workbench made =
                  new Workbench(
                      admission,
                      ledger,
                      executor,
                      new WorkSettings(config.policy().maxParallel()),
                      time,
                      facts.bootId());
              made.start();
              return made;
            },
            Workbench::close);
    EventLoopGroup loop = lifecycle.start("the network", Agent::eventLoop, Agent::end);
    LinkSettings settings =
        LinkSettings.of(
            config.controllers().isEmpty() ? List.of(identity.controller()) : config.controllers());
    TlsChannels channels =
        new TlsChannels(
            current::get, trust::ofControllers, KeyPurpose.CONTROLLER.oid(), loop, time);
    Random random = new Random(new SecureRandom().nextLong());
    CertificateRenewal renewal =
        new CertificateRenewal(
            current,
            new GrpcRenewer(settings.controllers(), channels, PATIENCE),
            () -> {
              ControllerLink present = link.get();
              if (present != null) {
                present.reconnect();
              }
            },
            time,
            random);
    lifecycle.start(
        "the link",
        () -> {
          ControllerLink made =
              new ControllerLink(
                  settings,
                  channels,
                  workbench,
                  trust,
                  new RootsKeeper(current, renewal, time),
                  sealing,
                  () -> facts.read().holding(bundles.held()),
                  usage,
                  time,
                  random,
                  AgentVersion.TEXT);
          link.set(made);
          trust.onChange(() -> {
            if (channels.isControllerRevoked()) {
              made.reconnect();
            }
          });
          made.start();
          return made;
        },
        ControllerLink::close);
    lifecycle.start(
        "the renewal of the certificate",
        () -> {
          renewal.start();
          return renewal;
        },
        CertificateRenewal::close);
    lifecycle.start(
        "the return of memory",
        () -> IdleMemory.start(time, () -> workbench.held().isEmpty()),
        IdleMemory::close);
  }

  private static JobPolicy policy(AgentConfig.Policy policy, KeptPaths kept) {
    SortedMap<String, JobPolicy.Rules> roles = new TreeMap<>();
    policy.roles().forEach((role, rules) -> roles.put(role, rules(rules)));
    return new JobPolicy(rules(policy.everybody()), roles, kept);
  }

  private static JobPolicy.Rules rules(AgentConfig.Rules rules) {
    return new JobPolicy.Rules(
        rules.commands() == AgentConfig.Commands.SIGNED,
        rules.bundles(),
        rules.runAs(),
        rules.snapshots() == AgentConfig.Commands.SIGNED);
  }

  private static FactsReader facts(AgentConfig config, String cgroupVersion) {
    return new FactsReader(
        Path.of("/"), config.labels(), AgentVersion.TEXT, cgroupVersion, config.limits());
  }

  private static EventLoopGroup eventLoop() {
    return new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  }

  private static void end(EventLoopGroup loop) {
    var _ = loop.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);
  }

  /** One agent at a time: two would run the same work. */
  private record FileLockHolder(FileChannel file, FileLock lock) {
    void close() throws IOException {
      file.close();
    }
  }

  private static FileLockHolder lock(Path state) throws IOException {
    FileChannel file =
        FileChannel.open(
            state.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = file.tryLock();
    if (lock == null) {
      file.close();
      throw new IOException("another agent runs on this state directory");
    }
    useOwnFolderForNativeLibraries(state);
    return new FileLockHolder(file, lock);
  }
}
