package dev.hostler.controller.api;

import com.google.protobuf.Duration;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Operator;
import dev.hostler.controller.access.Permission;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostSelector;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobService;
import dev.hostler.controller.job.WorkUse;
import dev.hostler.controller.usage.Health;
import dev.hostler.controller.usage.Measured;
import dev.hostler.controller.usage.Sample;
import dev.hostler.controller.usage.UsageService;
import dev.hostler.proto.v1.AttemptNow;
import dev.hostler.proto.v1.BundleUsage;
import dev.hostler.proto.v1.FleetUsage;
import dev.hostler.proto.v1.GetBundleUsageRequest;
import dev.hostler.proto.v1.GetFleetUsageRequest;
import dev.hostler.proto.v1.GetHostUsageRequest;
import dev.hostler.proto.v1.HostNow;
import dev.hostler.proto.v1.HostUsage;
import dev.hostler.proto.v1.UsageServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Use on the operator port. */
public final class UsageEndpoint extends UsageServiceGrpc.UsageServiceImplBase {
  private static final java.time.Duration HOUR = java.time.Duration.ofHours(1);
  private static final java.time.Duration DAY = java.time.Duration.ofDays(1);

  private final UsageService usage;
  private final HostService hosts;
  private final JobService jobs;
  private final HostSelector.Compiler selectors;
  private final AccessPolicy policy;
  private final JobAccess access;
  private final Supplier<Operator> caller;

  /**
   * For this use, as far as {@code policy} lets the caller see hosts and bundles, and {@code
   * access} jobs.
   *
   * @param caller the operator of the current call
   */
  public UsageEndpoint(
      UsageService usage,
      HostService hosts,
      JobService jobs,
      HostSelector.Compiler selectors,
      AccessPolicy policy,
      JobAccess access,
      Supplier<Operator> caller) {
    this.usage = usage;
    this.hosts = hosts;
    this.jobs = jobs;
    this.selectors = selectors;
    this.policy = policy;
    this.access = access;
    this.caller = caller;
  }

  @Override
  public void getFleetUsage(GetFleetUsageRequest request, StreamObserver<FleetUsage> responses) {
    Unary.answer(
        responses,
        () -> {
          HostSelector selector =
              request.getSelector().isBlank()
                  ? (_, _) -> true
                  : selectors.compile(request.getSelector());
          Predicate<Host> seen = policy.sees(caller.get(), Permission.HOST_READ);
          List<Host> some =
              hosts.list(
                  (host, connected) -> seen.test(host) && selector.matches(host, connected),
                  "",
                  Integer.MAX_VALUE);
          return fleet(some, usage.now(), usage.health(some));
        });
  }

  private FleetUsage fleet(List<Host> some, List<Measured> measured, Map<UUID, Health> health) {
    Map<UUID, Measured> byHost = new HashMap<>();
    Map<UUID, List<Measured>> attempts = new HashMap<>();
    for (Measured one : measured) {
      switch (one.subject()) {
        case Measured.Subject.WholeHost _ -> byHost.put(one.hostId(), one);
        case Measured.Subject.Attempt _ ->
            attempts.computeIfAbsent(one.hostId(), _ -> new ArrayList<>()).add(one);
      }
    }
    FleetUsage.Builder fleet = FleetUsage.newBuilder().setHosts(some.size());
    Titles titles = new Titles();
    for (Host host : some) {
      List<Measured> here = attempts.getOrDefault(host.id(), List.of());
      HostNow.Builder now =
          HostNow.newBuilder()
              .setHostId(host.id().toString())
              .setHostName(host.name())
              .setConnected(hosts.isConnected(host.id()))
              .setCpus(host.facts().cpus())
              .setAttempts(here.size())
              .setHealth(
                  UsageMessages.health(health.getOrDefault(host.id(), new Health(100, List.of()))));
      Measured whole = byHost.get(host.id());
      if (whole != null) {
        now.setSample(UsageMessages.sample(whole.sample())).setAt(Unary.timestamp(whole.at()));
        add(fleet, host, whole.sample());
      }
      fleet.setConnected(fleet.getConnected() + (now.getConnected() ? 1 : 0));
      fleet.addByHost(now);
      here.stream()
          .map(one -> titles.attempt(host, one))
          .flatMap(Optional::stream)
          .sorted(Comparator.comparing(AttemptNow::getTaskId))
          .forEach(fleet::addAttempts);
    }
    return fleet.build();
  }

  private static void add(FleetUsage.Builder fleet, Host host, Sample sample) {
    fleet.setCpus(fleet.getCpus() + host.facts().cpus());
    Double cpu = sample.cpuSeconds();
    Long used = sample.memoryBytes();
    Long all = sample.memoryLimitBytes();
    fleet.setCpusUsed(fleet.getCpusUsed() + (cpu == null ? 0 : cpu / sample.seconds()));
    fleet.setMemoryUsedBytes(fleet.getMemoryUsedBytes() + (used == null ? 0 : used));
    fleet.setMemoryBytes(fleet.getMemoryBytes() + (all == null ? 0 : all));
  }

  /** What the jobs of one answer are called; those that the caller may not see have no title. */
  private final class Titles {
    private final Map<UUID, Optional<String>> byJob = new HashMap<>();

    Optional<AttemptNow> attempt(Host host, Measured one) {
      if (!(one.subject() instanceof Measured.Subject.Attempt attempt)) {
        return Optional.empty();
      }
      return byJob
          .computeIfAbsent(attempt.jobId(), this::title)
          .map(title ->
              AttemptNow.newBuilder()
                  .setTaskId(attempt.ref().taskId().toString())
                  .setAttempt(attempt.ref().attempt())
                  .setJobId(attempt.jobId().toString())
                  .setHostId(host.id().toString())
                  .setHostName(host.name())
                  .setTitle(title)
                  .setSample(UsageMessages.sample(one.sample()))
                  .build());
    }

    private Optional<String> title(UUID id) {
      if (!policy.allows(caller.get(), Permission.JOB_READ)) {
        return Optional.empty();
      }
      try {
        Job job = jobs.get(id);
        return access.sees(jobs, job) ? Optional.of(job.title()) : Optional.empty();
      } catch (RequestException _) {
        return Optional.empty(); // removed meanwhile
      }
    }
  }

  @Override
  public void getHostUsage(GetHostUsageRequest request, StreamObserver<HostUsage> responses) {
    Unary.answer(
        responses,
        () -> {
          Host host = hosts.get(request.getHost());
          policy.requireHost(caller.get(), Permission.HOST_READ, host, "see");
          java.time.Duration since = since(request.hasSince(), request.getSince(), HOUR);
          UsageService.Series series = usage.ofHost(host, since, request.getPoints());
          HostUsage.Builder answer =
              HostUsage.newBuilder()
                  .setHostId(host.id().toString())
                  .setHostName(host.name())
                  .setCpus(host.facts().cpus())
                  .setStep(UsageMessages.duration(series.step()))
                  .addAllPoints(series.points().stream().map(UsageMessages::point).toList())
                  .setHealth(
                      UsageMessages.health(
                          usage
                              .health(List.of(host))
                              .getOrDefault(host.id(), new Health(100, List.of()))));
          @Nullable Sample total = series.total();
          if (total != null) {
            answer.setTotal(UsageMessages.sample(total));
          }
          works(usage.worksOf(host, since))
              .forEach(work -> answer.addWorks(UsageMessages.work(work)));
          return answer.build();
        });
  }

  /** Those of bundles that the caller may see, and commands if it may see jobs. */
  private List<WorkUse> works(List<WorkUse> all) {
    Predicate<String> bundles = policy.seesBundles(caller.get(), Permission.BUNDLE_READ);
    Set<String> shown = new HashSet<>();
    all.forEach(work -> shown.add(work.bundle()));
    shown.removeIf(bundle ->
        bundle.isEmpty()
            ? !policy.allows(caller.get(), Permission.JOB_READ)
            : !bundles.test(bundle));
    return all.stream().filter(work -> shown.contains(work.bundle())).toList();
  }

  @Override
  public void getBundleUsage(GetBundleUsageRequest request, StreamObserver<BundleUsage> responses) {
    Unary.answer(
        responses,
        () -> {
          String bundle = request.getBundle();
          policy.requireBundle(caller.get(), Permission.BUNDLE_READ, bundle, "see");
          java.time.Duration since = since(request.hasSince(), request.getSince(), DAY);
          UsageService.Series series = usage.ofBundle(bundle, since, request.getPoints());
          List<WorkUse> works = usage.worksOf(bundle, since);
          return BundleUsage.newBuilder()
              .setBundle(bundle)
              .setStep(UsageMessages.duration(series.step()))
              .addAllPoints(series.points().stream().map(UsageMessages::point).toList())
              .addAllWorks(works.stream().map(UsageMessages::work).toList())
              .setHealth(UsageMessages.health(UsageService.ofBundle(works)))
              .build();
        });
  }

  private static java.time.Duration since(
      boolean given, Duration since, java.time.Duration otherwise) {
    return given ? UsageMessages.duration("since", since) : otherwise;
  }
}
