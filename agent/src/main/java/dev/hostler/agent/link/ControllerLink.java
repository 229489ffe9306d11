package dev.hostler.agent.link;

import dev.hostler.agent.facts.HostFacts;
import dev.hostler.agent.identity.HostSealing;
import dev.hostler.agent.identity.RootsKeeper;
import dev.hostler.agent.trust.TrustState;
import dev.hostler.agent.usage.UsageSampler;
import dev.hostler.agent.work.Workbench;
import dev.hostler.common.time.Backoff;
import dev.hostler.common.time.TimeSource;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one stream to one of the controllers. After every end, whatever the reason, it waits with
 * full jitter before it tries the next address. Thread-safe.
 */
public final class ControllerLink implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControllerLink.class);

  private final LinkSettings settings;
  private final Channels channels;
  private final Workbench workbench;
  private final TrustState trust;
  private final RootsKeeper roots;
  private final HostSealing sealing;
  private final Supplier<HostFacts> facts;
  private final UsageSampler usage;
  private final TimeSource time;
  private final String agentVersion;
  private final Backoff backoff;
  private final String processId = UUID.randomUUID().toString();
  private final Thread thread;
  private volatile @Nullable ManagedChannel current;
  private volatile @Nullable Session session;

  /**
   * @param random source of the jitter
   */
  public ControllerLink(
      LinkSettings settings,
      Channels channels,
      Workbench workbench,
      TrustState trust,
      RootsKeeper roots,
      HostSealing sealing,
      Supplier<HostFacts> facts,
      UsageSampler usage,
      TimeSource time,
      RandomGenerator random,
      String agentVersion) {
    this.settings = settings;
    this.channels = channels;
    this.workbench = workbench;
    this.trust = trust;
    this.roots = roots;
    this.sealing = sealing;
    this.facts = facts;
    this.usage = usage;
    this.time = time;
    this.agentVersion = agentVersion;
    this.backoff = new Backoff(settings.firstBackoff(), settings.longestBackoff(), random);
    this.thread = Thread.ofPlatform().name("link").unstarted(this::loop);
  }

  /** Starts to connect. Once. */
  public void start() {
    thread.start();
  }

  /** The channel of the present stream; null while there is none. */
  public @Nullable ManagedChannel channel() {
    return current;
  }

  /** Ends the present stream, if there is one, and opens another at once. */
  public void reconnect() {
    Session present = session;
    if (present != null) {
      present.renew();
    }
  }

  /** Leaves the controller, and does not come back. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(2));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    try {
      for (int turn = 0; ; turn++) {
        String address = settings.controllers().get(turn % settings.controllers().size());
        Session.End end = hold(address);
        while (end.status().isOk()) {
          end = hold(address); // of our own will: the same controller again, without a pause
        }
        if (end.agreedFor().compareTo(settings.lastingAfter()) >= 0) {
          backoff.reset();
        }
        Duration pause = end.waitAtLeast().plus(backoff.next());
        log.warn("{}: {}; next try in {} ms", address, describe(end.status()), pause.toMillis());
        time.sleep(pause);
      }
    } catch (InterruptedException _) {
      log.info("left the controller");
    }
  }

  private Session.End hold(String address) throws InterruptedException {
    ManagedChannel channel = channels.open(address);
    try {
      current = channel;
      Session opened =
          new Session(workbench, trust, roots, sealing, facts, usage, time, settings, agentVersion);
      session = opened;
      return opened.run(channel, processId);
    } catch (RuntimeException e) {
      log.error("stream to {}", address, e);
      return new Session.End(Status.INTERNAL.withCause(e), Duration.ZERO, Duration.ZERO);
    } finally {
      current = null;
      session = null;
      channel.shutdownNow();
    }
  }

  static String describe(Status status) {
    StringBuilder text = new StringBuilder(status.getCode().name());
    if (status.getDescription() != null) {
      text.append(": ").append(status.getDescription());
    }
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null) {
        text.append(": ").append(cause.getMessage());
      }
    }
    return text.toString();
  }
}
