package dev.hostler.controller.link;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.host.HostConnections;
import dev.hostler.controller.job.Assignment;
import dev.hostler.controller.job.AttemptRef;
import dev.hostler.controller.job.Dispatcher;
import dev.hostler.proto.v1.ControllerFrame;
import io.grpc.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of the hosts that are connected to this controller, at most one of each host.
 * Thread-safe.
 */
public final class AgentSessions implements HostConnections, Dispatcher, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentSessions.class);
  private static final int SILENT_INTERVALS = 3;

  private final Map<UUID, AgentSession> sessions = new ConcurrentHashMap<>();

  /** Every open stream, also before its Hello. */
  private final Set<AgentSession> open = ConcurrentHashMap.newKeySet();

  private final Set<UUID> departed = ConcurrentHashMap.newKeySet();
  private final LinkSettings settings;
  private final TimeSource time;
  private final Timer lateness;
  private volatile Optional<TrustFrames> trust = Optional.empty();
  private volatile Consumer<UUID> alsoDisconnect = _ -> {};
  private volatile boolean draining;
  private @Nullable Thread monitor;

  /** Without any stream. */
  public AgentSessions(LinkSettings settings, TimeSource time, MeterRegistry registry) {
    this.settings = settings;
    this.time = time;
    Gauge.builder("hostler.hosts.connected", sessions, Map::size)
        .description("Hosts connected to this controller")
        .register(registry);
    this.lateness =
        Timer.builder("hostler.heartbeats.late")
            .description("How much later than asked for heartbeats of agents came")
            .register(registry);
  }

  /** A heartbeat came, so much later than it was due. */
  void heard(Duration late) {
    lateness.record(late);
  }

  /**
   * Begins to watch for dead streams.
   *
   * @param seen told from time to time which hosts gave a sign of life
   */
  public void start(Consumer<Collection<UUID>> seen) {
    monitor = Thread.ofPlatform().name("agent-sessions").start(() -> watch(seen));
  }

  private void watch(Consumer<Collection<UUID>> seen) {
    try {
      while (true) {
        time.sleep(settings.heartbeatInterval());
        try {
          closeSilent();
          Set<UUID> alive = new HashSet<>(departed);
          departed.removeAll(alive);
          alive.addAll(sessions.keySet());
          if (!alive.isEmpty()) {
            seen.accept(alive);
          }
        } catch (RuntimeException e) {
          LOG.warn("watching the agents' streams failed; trying again", e);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("no longer watching the agents' streams");
    }
  }

  /** From now on hosts are told this when they connect, and at each {@link #trustChanged}. */
  public void tellTrust(TrustFrames frames) {
    trust = Optional.of(frames);
  }

  Optional<ControllerFrame> trust() {
    return trust.flatMap(TrustFrames::current);
  }

  /** Tells all hosts what is fresh and what was revoked. */
  public void trustChanged() {
    sessions.values().forEach(AgentSession::trust);
  }

  /** Closes the streams that have been silent for too long, or whose certificates have ended. */
  void closeSilent() {
    long limit = settings.heartbeatInterval().multipliedBy(SILENT_INTERVALS).toNanos();
    long now = time.nanoTime();
    for (AgentSession session : open) {
      if (session.silentNanos(now) > limit) {
        session.close(
            Status.UNAVAILABLE.withDescription(
                "no frame of this host for "
                    + settings.heartbeatInterval().multipliedBy(SILENT_INTERVALS).toSeconds()
                    + " s"));
      } else if (session.isOutlived(time.instant())) {
        session.close(
            Status.UNAUTHENTICATED.withDescription(
                "the certificate of this host has expired; renew it"));
      }
    }
  }

  /** Asks all hosts for reports of use more often for a while. */
  public void watchUsage(Duration every, Duration lasting) {
    sessions.values().forEach(session -> session.watchUsage(every, lasting));
  }

  /** The fleet's roots changed: tells every agent. */
  public void sendRoots() {
    sessions.values().forEach(AgentSession::roots);
  }

  /** A stream was opened; its host has said nothing yet. */
  void opened(AgentSession session) {
    open.add(session);
  }

  /** Makes this the stream of its host, and ends the one before it. */
  void register(AgentSession session) {
    AgentSession before = sessions.put(session.hostId(), session);
    if (before != null) {
      before.close(
          Status.ABORTED.withDescription("a newer stream of this host took this one's place"));
    }
    if (draining) {
      session.close(Status.UNAVAILABLE.withDescription("the controller is going away"));
    }
  }

  /** A stream is over. */
  void closed(AgentSession session) {
    open.remove(session);
    if (sessions.remove(session.hostId(), session)) {
      departed.add(session.hostId());
    }
  }

  @Override
  public boolean isConnected(UUID hostId) {
    return sessions.containsKey(hostId);
  }

  /** From now on {@code calls} is told, too, whom to disconnect. */
  public void alsoDisconnect(Consumer<UUID> calls) {
    alsoDisconnect = calls;
  }

  @Override
  public void disconnect(UUID hostId) {
    AgentSession session = sessions.get(hostId);
    if (session != null) {
      session.close(
          Status.PERMISSION_DENIED.withDescription("the host was removed from the fleet"));
    }
    alsoDisconnect.accept(hostId);
  }

  @Override
  public Map<UUID, Slots> slots(Collection<UUID> hosts) {
    Map<UUID, Slots> free = new HashMap<>();
    if (!draining) {
      for (UUID host : hosts) {
        AgentSession session = sessions.get(host);
        int slots = session == null ? 0 : session.slots();
        if (session != null && slots > 0) {
          free.put(host, new Slots(session.number(), slots));
        }
      }
    }
    return free;
  }

  @Override
  public Map<UUID, Slots> slots() {
    return slots(sessions.keySet());
  }

  @Override
  public boolean assign(long number, Assignment assignment) {
    trust.ifPresent(frames -> frames.catchUp(assignment.job()));
    AgentSession session = sessions.get(assignment.hostId());
    return session != null && session.number() == number && session.assign(assignment);
  }

  @Override
  public void cancel(UUID hostId, AttemptRef ref) {
    AgentSession session = sessions.get(hostId);
    if (session != null) {
      session.cancel(ref);
    }
  }

  @Override
  public Collection<UUID> connected() {
    return List.copyOf(sessions.keySet());
  }

  /** Tells every agent to come back later or elsewhere, and hands out nothing more. Idempotent. */
  public void drain() {
    draining = true;
    sessions.values().forEach(session -> session.drain(settings.reconnectAfter()));
  }

  /** Ends every stream. Idempotent. */
  @Override
  public void close() {
    draining = true;
    Thread watcher = monitor;
    if (watcher != null) {
      watcher.interrupt();
    }
    open.forEach(session ->
        session.close(Status.UNAVAILABLE.withDescription("the controller is going away")));
  }
}
