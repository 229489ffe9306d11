package dev.hostler.controller.api;

import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.AskedWork;
import dev.hostler.controller.access.Operator;
import dev.hostler.controller.access.Permission;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostFacts;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobService;
import dev.hostler.controller.job.SubmissionGate;
import dev.hostler.controller.job.Task;
import dev.hostler.controller.job.Work;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Asks the policy about jobs: says what a job does and on which hosts. Hosts are looked up only for
 * operators whose roles have selectors. Thread-safe.
 */
public final class JobAccess implements SubmissionGate {
  private static final int PAGE = 1000;

  private final AccessPolicy policy;
  private final HostService hosts;
  private final Supplier<Operator> caller;
  private final BiFunction<String, Set<String>, Operator> named;

  /**
   * Asks this policy.
   *
   * @param caller the operator of the current call
   * @param named the operator of a name, given the roles in its certificate
   */
  public JobAccess(
      AccessPolicy policy,
      HostService hosts,
      Supplier<Operator> caller,
      BiFunction<String, Set<String>, Operator> named) {
    this.named = named;
    this.policy = policy;
    this.hosts = hosts;
    this.caller = caller;
  }

  @Override
  public void check(dev.hostler.trust.job.Operator signer, Work work, Collection<UUID> hostIds) {
    Operator calls = caller.get();
    submit(calls, work, hostIds);
    // Who may not have it done does not get around that by having somebody else hand it in.
    Operator signed = named.apply(signer.name(), signer.roles());
    if (!signed.equals(calls)) {
      submit(signed, work, hostIds);
    }
  }

  private void submit(Operator operator, Work work, Collection<UUID> hostIds) {
    policy.requireWork(
        operator, Permission.JOB_SUBMIT, asked(work), () -> present(Set.copyOf(hostIds)), "run");
  }

  /** May the caller do that to this job? */
  void require(Permission permission, JobService jobs, Job job) {
    policy.requireWork(
        caller.get(),
        permission,
        asked(job.work()),
        () -> targets(jobs, job),
        permission == Permission.JOB_CANCEL ? "cancel" : "see");
  }

  /** May the caller see this job? */
  boolean sees(JobService jobs, Job job) {
    return policy.allowsWork(
        caller.get(), Permission.JOB_READ, asked(job.work()), () -> targets(jobs, job));
  }

  private static AskedWork asked(Work work) {
    return switch (work) {
      case Work.Action action -> new AskedWork.Action(action.bundle(), action.action());
      case Work.Command _ -> new AskedWork.Command();
    };
  }

  private List<Host> present(Set<UUID> ids) {
    return hosts.list((host, _) -> ids.contains(host.id()), "", Integer.MAX_VALUE);
  }

  /** The hosts of a job; one that was removed stands there by its name alone, without labels. */
  private List<Host> targets(JobService jobs, Job job) {
    List<Task> tasks = new ArrayList<>();
    Task last = null;
    List<Task> page;
    do {
      page =
          jobs.tasks(
              job.id(),
              last == null ? null : last.hostName(),
              last == null ? null : last.id(),
              PAGE);
      tasks.addAll(page);
      last = page.isEmpty() ? last : page.getLast();
    } while (page.size() == PAGE);
    Set<UUID> ids = new HashSet<>();
    tasks.forEach(task -> ids.add(task.hostId()));
    List<Host> found = new ArrayList<>(present(ids));
    found.forEach(host -> ids.remove(host.id()));
    tasks.stream()
        .filter(task -> ids.contains(task.hostId()))
        .map(task ->
            new Host(task.hostId(), task.hostName(), Instant.EPOCH, null, Map.of(), HostFacts.NONE))
        .forEach(found::add);
    return found;
  }
}
