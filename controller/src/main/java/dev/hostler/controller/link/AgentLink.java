package dev.hostler.controller.link;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.job.WorkEngine;
import dev.hostler.controller.usage.UsageIntake;
import java.util.UUID;
import java.util.function.Supplier;

/** Wires the agent port's link service. */
public final class AgentLink {
  private AgentLink() {}

  /**
   * The service; its callbacks may wait for the database, so the server must run them on virtual
   * threads.
   *
   * @param caller the host that the current call's certificate belongs to
   */
  public static AgentLinkService service(
      AgentSessions sessions,
      HostService hosts,
      WorkEngine engine,
      BundleService bundles,
      HostTrust trust,
      UsageIntake usage,
      LinkSettings settings,
      TimeSource time,
      Supplier<UUID> caller) {
    return new AgentLinkService(
        new AgentSession.Services(
            sessions,
            hosts,
            engine.reconciler(),
            engine.writer(),
            engine.hints(),
            trust,
            usage,
            settings,
            time),
        bundles,
        caller);
  }
}
