package dev.hostler.controller.link;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.access.AccessConfig;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Operator;
import dev.hostler.controller.api.AlertEndpoint;
import dev.hostler.controller.api.BundleEndpoint;
import dev.hostler.controller.api.CheckpointEndpoint;
import dev.hostler.controller.api.JobAccess;
import dev.hostler.controller.api.JobEndpoint;
import dev.hostler.controller.api.LimitEndpoint;
import dev.hostler.controller.api.UsageEndpoint;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.certificate.Renewals;
import dev.hostler.controller.checkpoint.Checkpoints;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.denial.DenialStore;
import dev.hostler.controller.denial.Denials;
import dev.hostler.controller.host.HostCertificate;
import dev.hostler.controller.host.HostCertificateStore;
import dev.hostler.controller.host.HostCertificates;
import dev.hostler.controller.host.HostFacts;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.host.HostStore;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.RetentionConfig;
import dev.hostler.controller.job.Task;
import dev.hostler.controller.job.WorkEngine;
import dev.hostler.controller.job.WorkMetrics;
import dev.hostler.controller.job.WorkSettings;
import dev.hostler.controller.job.WorkStatistics;
import dev.hostler.controller.limit.LimitPolicies;
import dev.hostler.controller.limit.LimitStore;
import dev.hostler.controller.revocation.Revocations;
import dev.hostler.controller.roots.BundleInspector;
import dev.hostler.controller.roots.TrustedRoots;
import dev.hostler.controller.schedule.Scheduler;
import dev.hostler.controller.target.CelSelectors;
import dev.hostler.controller.target.Targets;
import dev.hostler.controller.trust.AgentCertificates;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.controller.trust.TrustException;
import dev.hostler.controller.usage.Alerts;
import dev.hostler.controller.usage.UsageIntake;
import dev.hostler.controller.usage.UsageService;
import dev.hostler.trust.job.JobWork;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The work engine of one controller on a real database, with the real protocol over loopback. */
public final class EngineFixture implements AutoCloseable {
  private static final Context.Key<UUID> CALLER = Context.key("test-host");

  static {
    // The machine may be busy with other things.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
  }

  private static final Operator ALICE = new Operator("alice", Set.of("admin"));

  public final Database database;
  public final HostStore hostStore = new HostStore();
  public final AuditStore audit;
  public final AgentSessions sessions;
  public final HostService hosts;
  public final WorkEngine engine;
  public final Scheduler scheduler;
  public final BundleService bundles;
  public final LimitPolicies limits;
  public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  public final ManagedChannel channel;
  public final UsageIntake usage;
  public final Alerts alerts;
  public final Checkpoints checkpoints;
  private final TimeSource time;
  private final Path folder = folder();
  private final Server server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  public EngineFixture(Database database) {
    this(database, WorkSettings.DEFAULT, TimeSource.system());
  }

  public EngineFixture(Database database, WorkSettings settings, TimeSource time) {
    this.database = database;
    this.time = time;
    this.audit = new AuditStore(time);
    LinkSettings link = LinkSettings.defaults("test");
    this.sessions = new AgentSessions(link, time, meters);
    this.hosts = new HostService(database, hostStore, audit, sessions, time);
    WorkMetrics metrics = new WorkMetrics(meters);
    this.bundles = new BundleService(database, audit, folder, 64 << 20, time);
    this.engine =
        WorkEngine.of(
            database,
            audit,
            hostStore,
            new Targets(database, hostStore, hosts, new CelSelectors()),
            bundles,
            TestJob.SIGNERS,
            sessions,
            metrics,
            new Denials(new DenialStore(), audit, 5, meters),
            settings,
            RetentionConfig.DEFAULT,
            meters,
            time);
    this.usage = new UsageIntake(database, engine.jobs(), time, meters);
    usage.start();
    this.alerts = new Alerts(database, audit, hosts, new CelSelectors(), time, meters);
    hosts.onRemoval(engine.reconciler());
    this.checkpoints = new Checkpoints(database, engine.jobs());
    engine.onCheckpoints(checkpoints);
    hosts.onRemoval(checkpoints);
    this.limits = new LimitPolicies(database, new LimitStore(), audit, time);
    hosts.onRemoval(limits);
    this.scheduler =
        new Scheduler(
            engine.claims(), sessions, engine.hints(), metrics, time, Duration.ofSeconds(30));
    this.server = serve(link, time);
    this.channel =
        NettyChannelBuilder.forAddress(new InetSocketAddress("127.0.0.1", server.getPort()))
            .usePlaintext()
            .build();
    engine.writer().start();
    engine.notices().start(engine.sweeper());
    scheduler.start();
  }

  private Server serve(LinkSettings link, TimeSource time) {
    ServerInterceptor identity =
        new ServerInterceptor() {
          @Override
          public <Q, P> ServerCall.Listener<Q> interceptCall(
              ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
            String host = headers.get(ScriptedAgent.HOST);
            return host == null
                ? next.startCall(call, headers)
                : Contexts.interceptCall(
                    Context.current().withValue(CALLER, UUID.fromString(host)),
                    call,
                    headers,
                    next);
          }
        };
    TrustedRoots roots = new TrustedRoots(database, audit, time);
    Revocations revocations = new Revocations(database, audit, time);
    AccessPolicy policy = new AccessPolicy(AccessConfig.NONE, new CelSelectors());
    try {
      return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
          .executor(executor)
          .intercept(identity)
          .addService(
              AgentLink.service(
                  sessions, hosts, engine, bundles, trust(time), usage, link, time, CALLER::get))
          .addService(
              new JobEndpoint(
                  engine.jobs(),
                  engine.watches(),
                  new JobAccess(policy, hosts, () -> ALICE, Operator::new),
                  () -> ALICE.name()))
          .addService(new LimitEndpoint(limits, bundles, hosts, () -> ALICE.name()))
          .addService(
              new BundleEndpoint(
                  bundles,
                  new BundleInspector(roots, revocations, time),
                  hosts,
                  policy,
                  () -> ALICE))
          .addService(
              new UsageEndpoint(
                  new UsageService(
                      database,
                      hosts,
                      new WorkStatistics(database),
                      alerts,
                      sessions::watchUsage,
                      time),
                  hosts,
                  engine.jobs(),
                  new CelSelectors(),
                  policy,
                  new JobAccess(policy, hosts, () -> ALICE, Operator::new),
                  () -> ALICE))
          .addService(new CheckpointEndpoint(checkpoints, hosts, policy, () -> ALICE))
          .addService(new AlertEndpoint(alerts, hosts, policy, () -> ALICE))
          .build()
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HostTrust trust(TimeSource time) {
    try {
      FleetCa ca = FleetCa.openOrMake(folder.resolve("ca"), time);
      HostCertificates certificates = new HostCertificates(database, new HostCertificateStore());
      AgentCertificates agents = new AgentCertificates(ca, Duration.ofDays(1));
      return new HostTrust(
          ca, certificates, new Renewals(database, certificates, audit, agents, time));
    } catch (TrustException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("hostler-spool-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A host of the fleet that has never connected. */
  public UUID host(String name) {
    return host(database, name);
  }

  /** A host of the fleet that has never connected. */
  public static UUID host(Database database, String name) {
    UUID id = UUID.randomUUID();
    database.execute(tx -> {
      tx.handle()
          .execute(
              """
              INSERT INTO tokens (id, secret_hash, uses, created_at, created_by, expires_at)
              VALUES ('test', decode(repeat('00', 32), 'hex'), 1, now(), 'test', now())
              ON CONFLICT DO NOTHING
              """);
      new HostStore()
          .insert(
              tx,
              new dev.hostler.controller.host.NewHost(
                  id,
                  name,
                  Instant.EPOCH,
                  "test",
                  new HostCertificate(
                      "00", "00".repeat(32), Instant.EPOCH, "00".repeat(32), Optional.empty()),
                  HostFacts.NONE));
    });
    return id;
  }

  public ScriptedAgent connect(UUID host, dev.hostler.proto.v1.HeldAttempt... held) {
    return ScriptedAgent.connect(channel, host, held);
  }

  /** A job of `echo hi`. */
  public Job submit(List<String> hosts) {
    return submit(
        new TestJob(time.instant(), new JobWork.Command(List.of("echo", "hi"), "default")), hosts);
  }

  /** That job on hosts by name. */
  public Job submit(TestJob job, List<String> names) {
    return engine.jobs().submit(job.request(ids(names)));
  }

  public List<UUID> ids(List<String> names) {
    return names.stream().map(name -> hosts.get(name).id()).toList();
  }

  public Task task(UUID job) {
    return engine.jobs().tasks(job, null, null, 10).getFirst();
  }

  /** Stops everything but the database, as a clean stop does. */
  @Override
  public void close() {
    sessions.drain();
    scheduler.close();
    usage.close();
    engine.close();
    sessions.close();
    channel.shutdownNow();
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    executor.shutdown();
    if (Files.notExists(folder)) {
      return; // closed a second time
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
