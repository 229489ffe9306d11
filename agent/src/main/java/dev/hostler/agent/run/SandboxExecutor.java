package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.BundleCache;
import dev.hostler.agent.bundle.BundleLease;
import dev.hostler.agent.bundle.Pin;
import dev.hostler.agent.identity.HostSealing;
import dev.hostler.agent.network.Networks;
import dev.hostler.agent.sandbox.Accounts;
import dev.hostler.agent.sandbox.RunRecord;
import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.agent.sandbox.SandboxDefaults;
import dev.hostler.agent.sandbox.SandboxUnsupportedException;
import dev.hostler.agent.sandbox.SandboxedRun;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.agent.trust.TrustState;
import dev.hostler.agent.usage.UsageSampler;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.bundle.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs attempts in sandboxes. Thread-safe. */
public final class SandboxExecutor implements AttemptExecutor {
  private static final Logger log = LoggerFactory.getLogger(SandboxExecutor.class);

  private final @Nullable Sandbox sandbox;
  private final String unsupported;
  private final BundleCache bundles;
  private final TrustState trust;
  private final RevokedWork revoked;
  private final SandboxPlan plan;
  private final AttemptFolders folders;
  private final Rollback rollback;
  private final UsageSampler usage;
  private final PreviewRun preview;
  private final Networks networks;
  private final TimeSource time;

  /**
   * Makes an executor.
   *
   * @param sandbox null if this host cannot sandbox: everything is refused then
   * @param unsupported why not
   * @param trust what is known of freshness and revocation
   * @param attempts where attempts have their directories
   * @param users as whom operators may have actions run
   * @param sealing opens secret parameters
   * @param networks the way out of attempts that have one
   * @param snapshots null if this host can take none: actions that declare one are refused then
   * @param usage looks at what runs
   */
  public SandboxExecutor(
      @Nullable Sandbox sandbox,
      String unsupported,
      SandboxDefaults defaults,
      BundleCache bundles,
      TrustState trust,
      Path attempts,
      UserRule users,
      HostSealing sealing,
      Networks networks,
      @Nullable Snapshots snapshots,
      UsageSampler usage,
      TimeSource time) {
    this.sandbox = sandbox;
    this.unsupported = unsupported;
    this.bundles = bundles;
    this.trust = trust;
    this.revoked = new RevokedWork(trust, bundles);
    this.plan = new SandboxPlan(defaults, new Accounts(Path.of("/etc")), users, sealing);
    this.folders = new AttemptFolders(attempts);
    this.rollback = new Rollback(snapshots);
    this.usage = usage;
    this.preview = new PreviewRun(snapshots, folders, time);
    this.networks = networks;
    this.time = time;
  }

  @Override
  public Ended run(Assignment assignment, CancelSignal cancel, Progress progress)
      throws InterruptedException {
    AttemptId id = assignment.id();
    try (BundleLease bundle = bundle(assignment, cancel)) {
      requireTrusted(assignment, bundle);
      Sandbox with = sandbox;
      if (with == null) {
        throw new RefusedException(Refusal.SANDBOX_UNSUPPORTED, unsupported);
      }
      Around around = around(assignment);
      SandboxPlan.Planned declared =
          switch (assignment.work()) {
            case Work.Command command -> plan.command(assignment, command);
            case Work.Action action when bundle != null -> plan.action(assignment, action, bundle);
            case Work.SandboxTest test -> plan.sandboxTest(assignment, test, with.probe());
            case Work.Action _ -> throw new IllegalStateException("an action without a bundle");
            case Work.Snapshot _, Work.Checkpoint _ ->
                throw new IllegalStateException("not run in a sandbox");
          };
      SandboxPlan.Planned planned =
          new SandboxPlan.Planned(around.sandbox(declared.spec()), declared.limits());
      if (folders.exists(id)) {
        // An agent that was killed before it had started anything.
        with.remove(id.label());
        folders.delete(id);
      }
      if (assignment.expired(time.instant())) {
        throw new RefusedException(
            Refusal.EXPIRED, "it was not to be started after " + assignment.expiresAt());
      }
      if (cancel.requested()) {
        return cancelled();
      }
      if (bundle != null) {
        trust.saw(bundle.manifest().name(), bundle.manifest().version());
      }
      around.before(assignment, bundle, declared.spec());
      if (cancel.requested()) {
        around.unused(id);
        return cancelled();
      }
      RunEvents events = new RunEvents(id, progress, true, folders, usage, time);
      try (Outlet outlet = events.outlet()) {
        outlet.open(networks, planned.spec(), declared(assignment, bundle), folders.of(id));
        return follow(assignment, start(with, planned, id, events, around), false, events, cancel);
      }
    } catch (RefusedException e) {
      return notStarted(Outcome.REFUSED, e.refusal(), e.getMessage());
    } catch (SandboxUnsupportedException e) {
      return notStarted(
          Outcome.REFUSED, Refusal.SANDBOX_UNSUPPORTED, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      return notStarted(Outcome.REFUSED, Refusal.ACTION_INVALID, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return notStarted(Outcome.SANDBOX_FAILED, Refusal.NONE, String.valueOf(e.getMessage()));
    } catch (CancellationException _) {
      return cancelled();
    }
  }

  private Around around(Assignment assignment) {
    return assignment.work() instanceof Work.Action action && action.preview() ? preview : rollback;
  }

  private static Manifest.@Nullable Sandbox declared(
      Assignment assignment, @Nullable BundleLease bundle) {
    Manifest.Action action =
        bundle != null && assignment.work() instanceof Work.Action work
            ? bundle.manifest().action(work.action())
            : null;
    return action == null ? null : action.sandbox();
  }

  private SandboxedRun start(
      Sandbox with, SandboxPlan.Planned planned, AttemptId id, RunEvents events, Around around)
      throws SandboxUnsupportedException, IOException, InterruptedException {
    boolean started = false;
    try {
      folders.make(id);
      LimitsFile.write(folders.of(id), planned.limits());
      SandboxedRun run = with.start(planned.spec(), folders.of(id), events);
      started = true;
      return run;
    } finally {
      if (!started && !folders.maybeStarted(id)) {
        around.unused(id);
      }
    }
  }

  private @Nullable BundleLease bundle(Assignment assignment, CancelSignal cancel)
      throws RefusedException, InterruptedException {
    if (!(assignment.work() instanceof Work.Action action)) {
      return null;
    }
    CompletableFuture<Void> giveUp = new CompletableFuture<>();
    cancel.onRequest(() -> giveUp.complete(null));
    return bundles.acquire(
        action.manifestDigest(), action.bundleSize(), assignment.expiresAt(), giveUp);
  }

  @Override
  public boolean hasTrace(AttemptId id) {
    return folders.maybeStarted(id);
  }

  @Override
  public Path spool(AttemptId id) {
    return folders.of(id);
  }

  @Override
  public Ended reattach(
      Assignment assignment, boolean sameBoot, CancelSignal cancel, Progress progress)
      throws InterruptedException {
    Sandbox with = sandbox;
    if (with == null) {
      return notStarted(
          Outcome.SANDBOX_FAILED,
          Refusal.NONE,
          "it was started, but this host cannot look after it any more: " + unsupported);
    }
    AttemptId id = assignment.id();
    try (Pin _ =
        assignment.work() instanceof Work.Action action
            ? bundles.keep(action.manifestDigest())
            : null) {
      RunEvents events = new RunEvents(id, progress, false, folders, usage, time);
      SandboxedRun run = with.reattach(id.label(), folders.of(id), events);
      Ended ended;
      try (Outlet outlet = events.outlet()) {
        reopen(outlet, id);
        ended = follow(assignment, run, true, events, cancel);
      }
      AttemptResult result = ended.result();
      return sameBoot || result.outcome() != Outcome.SANDBOX_FAILED
          ? ended
          : new Ended(result.withMessage("the host was restarted while it ran"), false);
    } catch (IOException e) {
      return notStarted(Outcome.SANDBOX_FAILED, Refusal.NONE, String.valueOf(e.getMessage()));
    }
  }

  /** Without it the attempt has no way out, and goes on. */
  private void reopen(Outlet outlet, AttemptId id) {
    try {
      outlet.reopen(networks, folders.of(id));
    } catch (IOException e) {
      log.error("attempt {}: its network cannot be opened again: {}", id, e.toString());
    }
  }

  private void requireTrusted(Assignment assignment, @Nullable BundleLease bundle)
      throws RefusedException {
    trust.requireOperator(assignment.operator(), assignment.authority().path());
    if (bundle != null && assignment.work() instanceof Work.Action action) {
      trust.requireBundle(
          bundle.manifest().name(),
          bundle.manifest().version(),
          action.manifestDigest(),
          assignment.authority().allowOlder());
    }
  }

  private Ended follow(
      Assignment assignment, SandboxedRun run, boolean known, RunEvents events, CancelSignal cancel)
      throws InterruptedException {
    usage.add(run.attempt(), run.cgroup(), known);
    cancel.onRequest(run::cancel);
    events.outlet().follows(run);
    try (RevokedWork.Watch watch = revoked.watch(assignment, run::cancel);
        Around.Watch _ = around(assignment).during(assignment.id(), run::kill)) {
      RunRecord end = run.ended().get();
      end.startedAt().ifPresent(events::startedAt);
      AttemptResult result =
          events
              .outlet()
              .with(
                  ResultMapping.withDenials(
                          LimitHits.name(
                              ResultMapping.result(end),
                              end,
                              LimitsFile.read(folders.of(assignment.id()))),
                          end,
                          events.denials())
                      .withUsage(usage.remove(run.attempt()))
                      .withLearned(folders.learned(assignment.id())));
      String why = watch.reason();
      return around(assignment)
          .after(
              assignment, why == null ? result : result.withMessage("ended by this host: " + why));
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      return notStarted(
          Outcome.SANDBOX_FAILED, Refusal.NONE, "how it ended cannot be read: " + cause);
    } catch (InterruptedException e) {
      run.detach();
      throw e;
    } finally {
      usage.remove(run.attempt());
    }
  }

  @Override
  public void discard(AttemptId id) {
    try {
      folders.delete(id);
    } catch (IOException e) {
      log.warn("attempt {}: its directory stays: {}", id, e.toString());
    }
  }

  @Override
  public void discardAllBut(Set<AttemptId> known) {
    Set<String> labels = Set.copyOf(known.stream().map(AttemptId::label).toList());
    try {
      if (sandbox != null) {
        for (String stray : sandbox.remaining()) {
          if (!labels.contains(stray)) {
            log.warn("attempt {} is not in the ledger: ended", stray);
            Thread.ofVirtual().name("stray-" + stray).start(() -> remove(sandbox, stray));
          }
        }
      }
      folders.deleteAllBut(labels);
    } catch (IOException e) {
      log.warn("strays of an earlier agent stay: {}", e.toString());
    }
  }

  private static void remove(Sandbox sandbox, String stray) {
    try {
      sandbox.remove(stray);
    } catch (IOException e) {
      log.error("attempt {} does not end: {}", stray, e.toString());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Ended cancelled() {
    return notStarted(Outcome.CANCELLED, Refusal.NONE, "cancelled before it was started");
  }

  private Ended notStarted(Outcome outcome, Refusal refusal, String message) {
    return new Ended(AttemptResult.notStarted(outcome, refusal, message, time.instant()), false);
  }
}
