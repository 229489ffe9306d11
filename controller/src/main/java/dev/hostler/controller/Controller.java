package dev.hostler.controller;

import dev.hostler.common.config.HostPort;
import dev.hostler.common.lifecycle.Lifecycle;
import dev.hostler.common.lifecycle.Periodic;
import dev.hostler.common.lifecycle.StartException;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Authenticator;
import dev.hostler.controller.access.CertificateAuthenticator;
import dev.hostler.controller.api.AlertEndpoint;
import dev.hostler.controller.api.AuditEndpoint;
import dev.hostler.controller.api.BundleEndpoint;
import dev.hostler.controller.api.Caller;
import dev.hostler.controller.api.CertificateEndpoint;
import dev.hostler.controller.api.CheckpointEndpoint;
import dev.hostler.controller.api.ControllerEndpoint;
import dev.hostler.controller.api.HostEndpoint;
import dev.hostler.controller.api.IndexEndpoint;
import dev.hostler.controller.api.JobAccess;
import dev.hostler.controller.api.JobEndpoint;
import dev.hostler.controller.api.LimitEndpoint;
import dev.hostler.controller.api.OperatorPort;
import dev.hostler.controller.api.OperatorTrust;
import dev.hostler.controller.api.ProfileEndpoint;
import dev.hostler.controller.api.TokenEndpoint;
import dev.hostler.controller.api.TrustEndpoint;
import dev.hostler.controller.api.UsageEndpoint;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.audit.Refusals;
import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.certificate.CaRotation;
import dev.hostler.controller.certificate.OperatorRenewals;
import dev.hostler.controller.certificate.Renewals;
import dev.hostler.controller.checkpoint.Checkpoints;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.denial.DenialStore;
import dev.hostler.controller.denial.Denials;
import dev.hostler.controller.enroll.Enrollment;
import dev.hostler.controller.enroll.EnrolmentStore;
import dev.hostler.controller.enroll.Enrolments;
import dev.hostler.controller.enroll.JoinTokens;
import dev.hostler.controller.enroll.TokenStore;
import dev.hostler.controller.health.HealthPort;
import dev.hostler.controller.health.RequestMetrics;
import dev.hostler.controller.host.HostCertificateStore;
import dev.hostler.controller.host.HostCertificates;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.host.HostStore;
import dev.hostler.controller.job.JobSigners;
import dev.hostler.controller.job.WorkEngine;
import dev.hostler.controller.job.WorkMetrics;
import dev.hostler.controller.job.WorkSettings;
import dev.hostler.controller.limit.LimitPolicies;
import dev.hostler.controller.limit.LimitStore;
import dev.hostler.controller.link.AgentCaller;
import dev.hostler.controller.link.AgentLink;
import dev.hostler.controller.link.AgentPort;
import dev.hostler.controller.link.AgentSessions;
import dev.hostler.controller.link.EnrollmentEndpoint;
import dev.hostler.controller.link.HostTrust;
import dev.hostler.controller.link.LinkSettings;
import dev.hostler.controller.profile.Profiles;
import dev.hostler.controller.revocation.RevokedSigners;
import dev.hostler.controller.roots.BundleInspector;
import dev.hostler.controller.roots.TrustedRoots;
import dev.hostler.controller.schedule.Scheduler;
import dev.hostler.controller.target.CelSelectors;
import dev.hostler.controller.target.Targets;
import dev.hostler.controller.trust.AgentCertificates;
import dev.hostler.controller.trust.ControllerIdentity;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.controller.trust.OperatorRoots;
import dev.hostler.trust.job.JobTrust;
import io.grpc.BindableService;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running controller: the composition root. Its parts are started in the order in which they
 * stand here; the {@link Lifecycle} that is given stops them in reverse.
 *
 * @param agentPort the port where agents connect
 * @param operatorPort the port where operators connect
 * @param healthPort the port of metrics and health
 */
public record Controller(int agentPort, int operatorPort, int healthPort) {
  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
  private static final Duration SCHEDULE_INTERVAL = Duration.ofSeconds(1);
  private static final Duration RETENTION_INTERVAL = Duration.ofHours(1);

  /**
   * Starts a controller.
   *
   * @throws StartException if a part cannot be started; nothing is left running then
   */
  public static Controller start(ControllerConfig config, Lifecycle lifecycle, TimeSource time)
      throws StartException {
    PrometheusMeterRegistry metrics =
        lifecycle.start(
            "the metrics",
            () -> Metrics.of(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)),
            PrometheusMeterRegistry::close);
    AtomicBoolean serving = new AtomicBoolean();
    Foundation base = Foundation.start(config, lifecycle, metrics, time);
    Database database = base.database();
    FleetCa ca = base.ca();
    ControllerIdentity identity = base.identity();
    OperatorRoots operatorRoots =
        lifecycle.start(
            "the operator roots",
            () -> OperatorRoots.read(config.trust().operatorRoots()),
            _ -> {});

    AuditStore audit = new AuditStore(time);
    HostStore hostStore = new HostStore();
    TokenStore tokenStore = new TokenStore();
    LinkSettings link = LinkSettings.defaults(Version.TEXT).withHeartbeat(config.heartbeat());
    AgentSessions sessions = new AgentSessions(link, time, metrics);
    HostService hosts = new HostService(database, hostStore, audit, sessions, time);
    CelSelectors selectors = new CelSelectors();
    BundleService bundles =
        new BundleService(database, audit, base.spool(), config.bundleMaxBytes(), time);
    WorkMetrics workMetrics = new WorkMetrics(metrics);
    WorkEngine engine =
        WorkEngine.of(
            database,
            audit,
            hostStore,
            new Targets(database, hostStore, hosts, selectors),
            bundles,
            signers(operatorRoots),
            sessions,
            workMetrics,
            new Denials(new DenialStore(), audit, config.alerts().deniedCalls(), metrics),
            WorkSettings.DEFAULT,
            config.retention(),
            metrics,
            time);
    hosts.onRemoval(engine.reconciler());
    Checkpoints checkpoints = new Checkpoints(database, engine.jobs());
    engine.onCheckpoints(checkpoints);
    hosts.onRemoval(checkpoints);
    LimitPolicies limits = new LimitPolicies(database, new LimitStore(), audit, time);
    hosts.onRemoval(limits);
    JoinTokens tokens = new JoinTokens(database, tokenStore, audit, ca, time);
    HostCertificates hostCertificates = new HostCertificates(database, new HostCertificateStore());
    AgentCertificates agentCertificates =
        new AgentCertificates(ca, config.trust().agentCertificateLifetime());
    Enrolments enrolments = new Enrolments(database, new EnrolmentStore(), audit, time);
    Enrollment enrollment =
        new Enrollment(
            database,
            tokenStore,
            hosts,
            enrolments,
            hostCertificates,
            audit,
            agentCertificates,
            time);
    HostTrust hostTrust =
        new HostTrust(
            ca,
            hostCertificates,
            new Renewals(database, hostCertificates, audit, agentCertificates, time));
    ca.onChange(sessions::sendRoots);

    Freshness freshness =
        Freshness.start(
            config.index(),
            config.revocation(),
            database,
            audit,
            bundles,
            sessions,
            identity,
            engine.jobs(),
            lifecycle,
            time);
    Refusals refusalLog =
        lifecycle.start(
            "the log of refusals", () -> new Refusals(database, audit, time), Refusals::close);
    lifecycle.start(
        "the removals of hosts",
        () -> {
          hosts.start();
          return hosts;
        },
        HostService::close);
    Usage usage =
        Usage.start(
            config.usage(),
            database,
            audit,
            hosts,
            engine.jobs(),
            sessions,
            lifecycle,
            time,
            metrics);
    startWork(lifecycle, engine, sessions, hosts, workMetrics, time);
    List<BindableService> agentServices =
        List.of(
            AgentLink.service(
                sessions,
                hosts,
                engine,
                bundles,
                hostTrust,
                usage.intake(),
                link,
                time,
                AgentCaller::hostId),
            new EnrollmentEndpoint(enrollment, ca));
    AgentPort agentPort =
        lifecycle.start(
            "the agent port",
            () ->
                AgentPort.start(
                    config.agentListen(),
                    identity,
                    ca,
                    config.trust().agentRenewalGrace(),
                    time,
                    hosts,
                    refusalLog,
                    List.of(new RequestMetrics(metrics, "agent")),
                    agentServices.stream().map(freshness.agentCalls()::guard).toList()),
            AgentPort::close);
    AccessPolicy policy = new AccessPolicy(config.access(), selectors);
    TrustedRoots roots = new TrustedRoots(database, audit, time);
    JobAccess jobAccess = new JobAccess(policy, hosts, Caller::current, config.access()::operator);
    engine.jobs().onSigned(new RevokedSigners(freshness.revocations()::current));
    engine.jobs().onSubmission(jobAccess);
    HostPort advertised = Addresses.advertised(config, agentPort.port());
    List<BindableService> operatorServices =
        List.of(
            new ControllerEndpoint(Version.TEXT, advertised.toString()),
            new HostEndpoint(hosts, enrolments, selectors, policy),
            new TokenEndpoint(tokens),
            new AuditEndpoint(database, audit, hosts),
            new CertificateEndpoint(
                new OperatorRenewals(
                    database, audit, ca, config.trust().operatorCertificateLifetime()),
                new CaRotation(database, audit, ca, hostCertificates),
                hosts),
            new BundleEndpoint(
                bundles,
                new BundleInspector(roots, freshness.revocations(), time),
                hosts,
                policy,
                Caller::current),
            new TrustEndpoint(roots, freshness.revocations(), policy),
            new ProfileEndpoint(new Profiles(database, audit, time)),
            new LimitEndpoint(limits, bundles, hosts, Caller::name),
            new IndexEndpoint(freshness.indexes(), freshness.revocations()),
            new JobEndpoint(engine.jobs(), engine.watches(), jobAccess, Caller::name),
            new CheckpointEndpoint(checkpoints, hosts, policy, Caller::current),
            new UsageEndpoint(
                usage.service(),
                hosts,
                engine.jobs(),
                selectors,
                policy,
                jobAccess,
                Caller::current),
            new AlertEndpoint(usage.alerts(), hosts, policy, Caller::current));
    OperatorPort operatorPort =
        lifecycle.start(
            "the operator port",
            () ->
                OperatorPort.start(
                    config.operatorListen(),
                    identity,
                    new OperatorTrust(
                        ca, operatorRoots, config.trust().operatorRenewalGrace(), time),
                    Authenticator.firstOf(List.of(new CertificateAuthenticator(config.access()))),
                    policy,
                    refusalLog,
                    List.of(new RequestMetrics(metrics, "operator")),
                    operatorServices.stream().map(freshness.operatorCalls()::guard).toList()),
            OperatorPort::close);
    HealthPort health =
        lifecycle.start(
            "the metrics port",
            () ->
                HealthPort.start(
                    config.metricsListen(), metrics, () -> database.isReachable(3), serving::get),
            HealthPort::close);
    lifecycle.onDrain("the agent port", agentPort::drain);
    lifecycle.onDrain("the agents' streams", sessions::drain);
    lifecycle.onDrain("readiness", () -> serving.set(false));
    serving.set(true);
    LOG.info(
        "controller {} is up: agents on {} (advertised as {}), operators on {}, metrics on {}",
        Version.TEXT,
        agentPort.port(),
        advertised,
        operatorPort.port(),
        health.port());
    return new Controller(agentPort.port(), operatorPort.port(), health.port());
  }

  private static JobSigners signers(OperatorRoots roots) {
    if (roots.certificates().isEmpty()) {
      LOG.warn("trust.operator_roots is not set: no jobs are taken");
      return new JobSigners(Optional.empty());
    }
    return new JobSigners(Optional.of(new JobTrust(roots.certificates(), RevocationPolicy.none())));
  }

  private static void startWork(
      Lifecycle lifecycle,
      WorkEngine engine,
      AgentSessions sessions,
      HostService hosts,
      WorkMetrics metrics,
      TimeSource time)
      throws StartException {
    lifecycle.start(
        "the agents' sessions",
        () -> {
          sessions.start(hosts::seen);
          return sessions;
        },
        AgentSessions::close);
    lifecycle.start(
        "the work engine",
        () -> {
          engine.start();
          return engine;
        },
        WorkEngine::close);
    lifecycle.start(
        "the removal of old jobs",
        () -> {
          Periodic retention =
              new Periodic("retention", RETENTION_INTERVAL, engine.retention()::run, time);
          retention.start();
          return retention;
        },
        Periodic::close);
    lifecycle.start(
        "the scheduler",
        () -> {
          Scheduler scheduler =
              new Scheduler(
                  engine.claims(), sessions, engine.hints(), metrics, time, SCHEDULE_INTERVAL);
          scheduler.start();
          return scheduler;
        },
        Scheduler::close);
  }
}
