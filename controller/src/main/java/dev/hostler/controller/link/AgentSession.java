package dev.hostler.controller.link;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.job.Assignment;
import dev.hostler.controller.job.AttemptRef;
import dev.hostler.controller.job.Reconciler;
import dev.hostler.controller.job.ReportWriter;
import dev.hostler.controller.job.WorkHints;
import dev.hostler.controller.usage.UsageIntake;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.Hello;
import dev.hostler.proto.v1.HostFacts;
import dev.hostler.proto.v1.UsageWanted;
import dev.hostler.proto.v1.Welcome;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of one host. A frame is asked for when the one before it was taken over, so an agent
 * never has more than one frame here that nobody has taken; that makes it wait when the database
 * does. Frames come one at a time; everything else may come from any thread.
 */
final class AgentSession implements StreamObserver<AgentFrame> {
  private static final Logger LOG = LoggerFactory.getLogger(AgentSession.class);
  private static final int MAX_SLOTS = 10_000;

  /** What every session needs. */
  record Services(
      AgentSessions sessions,
      HostService hosts,
      Reconciler reconciler,
      ReportWriter writer,
      WorkHints hints,
      HostTrust trust,
      UsageIntake usage,
      LinkSettings settings,
      TimeSource time) {}

  private final long number;
  private final UUID hostId;
  private final Optional<X509Certificate> certificate;
  private final Services services;
  private final ServerCallStreamObserver<ControllerFrame> call;
  private final Outbound outbound;
  private final LiveAttempts attempts;
  private final TrustTeller fresh;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicInteger slots = new AtomicInteger();

  private volatile long lastFrame;
  private volatile boolean busy;
  private volatile boolean takesRoots;
  private boolean greeted;
  private long nextHeartbeat;
  private volatile boolean welcomed;

  AgentSession(
      long number,
      UUID hostId,
      Optional<X509Certificate> certificate,
      Services services,
      ServerCallStreamObserver<ControllerFrame> call) {
    this.number = number;
    this.hostId = hostId;
    this.certificate = certificate;
    this.services = services;
    this.call = call;
    this.outbound = new Outbound(call);
    this.attempts = new LiveAttempts(services.writer, outbound, this::close);
    this.fresh = new TrustTeller(services.sessions, outbound);
    this.lastFrame = services.time.nanoTime();
    call.disableAutoRequest();
    call.setOnReadyHandler(outbound::flush);
    call.setOnCancelHandler(() -> gone("cancelled"));
    services.sessions.opened(this);
    call.request(1);
  }

  long number() {
    return number;
  }

  UUID hostId() {
    return hostId;
  }

  int slots() {
    return slots.get();
  }

  /** Has the certificate that this stream was opened with ended? */
  boolean isOutlived(Instant now) {
    return certificate.isPresent() && now.isAfter(certificate.get().getNotAfter().toInstant());
  }

  /** For how long nothing came; 0 while something is being taken over. */
  long silentNanos(long now) {
    return busy ? 0 : now - lastFrame;
  }

  @Override
  public void onNext(AgentFrame frame) {
    if (closed.get()) {
      return;
    }
    busy = true;
    try {
      take(frame);
    } catch (MalformedFrameException e) {
      close(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close(Status.UNAVAILABLE.withDescription("the controller is going away"));
      return;
    } catch (RuntimeException e) {
      LOG.warn("a frame of host {} failed", hostId, e);
      close(Status.UNAVAILABLE.withDescription("the controller could not take this frame; retry"));
      return;
    } finally {
      lastFrame = services.time.nanoTime();
      busy = false;
    }
    call.request(1);
  }

  private void take(AgentFrame frame) throws InterruptedException {
    if (greeted == frame.hasHello()) {
      throw new MalformedFrameException(
          greeted
              ? "hello: sent twice; it is the first frame of a stream and only that"
              : "hello: missing; it must be the first frame of a stream");
    }
    switch (frame.getFrameCase()) {
      case HELLO -> hello(frame.getHello());
      case SLOTS -> granted(frame.getSlots().getSlots());
      case ACCEPTED -> FromAgent.ref("accepted", frame.getAccepted().getRef());
      case RUNNING -> attempts.running(FromAgent.ref("running", frame.getRunning().getRef()));
      case OUTPUT -> attempts.output(frame.getOutput());
      case ENDED -> attempts.ended(frame.getEnded());
      case DENIALS ->
          attempts.denied(frame.getDenials().getRef(), frame.getDenials().getDenialsList());
      case USAGE -> UsageFrames.take(hostId, frame.getUsage(), attempts, services.usage());
      case FACTS -> facts(frame.getFacts());
      case TRUST -> LOG.info("host {} goes by index {}", hostId, frame.getTrust().getIndexNumber());
      case FLEET_ROOTS_HELD ->
          services.trust().holds(hostId, certificate, frame.getFleetRootsHeld());
      case HEARTBEAT -> {
        heard();
        outbound.heartbeat(frame.getHeartbeat().getSequence());
      }
      case FRAME_NOT_SET -> LOG.debug("host {} sent a frame of a newer kind; ignored", hostId);
    }
  }

  /** How late a heartbeat is says how starved its host is. */
  private void heard() {
    long now = services.time.nanoTime();
    services.sessions().heard(Duration.ofNanos(Math.max(0, now - nextHeartbeat)));
    nextHeartbeat = now + services.settings.heartbeatInterval().toNanos();
  }

  private void hello(Hello hello) {
    greeted = true;
    Optional<Status> refusal = Protocol.refusal(hello);
    if (refusal.isPresent()) {
      close(refusal.get());
      return;
    }
    var held = FromAgent.held(hello.getAttemptsList());
    services.sessions.register(this);
    if (closed.get()) {
      services.sessions.closed(this); // closed while it was being registered
      return;
    }
    services.hosts.reported(
        hostId,
        FactsMapping.fromProto(hello.getFacts()),
        hello.getFacts().getLabelsMap(),
        FromAgent.sealingKey(hostId, hello));
    // After registration: from here on, a removal finds this stream.
    Optional<Host> host = services.hosts.find(hostId);
    if (host.isEmpty()) {
      close(
          Status.PERMISSION_DENIED.withDescription("the fleet has no host with the id " + hostId));
      return;
    }
    Reconciler.Reconciled agreed = services.reconciler.reconcile(hostId, held);
    attempts.hold(agreed.live());
    Welcome.Builder welcome =
        Welcome.newBuilder()
            .setProtocol(Protocol.VERSION)
            .setControllerVersion(services.settings.version())
            .setHeartbeatInterval(ToAgent.duration(services.settings.heartbeatInterval()))
            .setOutputWindowBytes(services.settings.outputWindowBytes())
            .putAllLabels(host.get().labels());
    agreed.unknown().forEach(ref -> welcome.addUnknown(ToAgent.ref(ref)));
    agreed.offsets().forEach((id, end) -> welcome.addOutputOffsets(ToAgent.outputAck(id, end)));
    outbound.send(ControllerFrame.newBuilder().setWelcome(welcome).build());
    welcomed = true;
    nextHeartbeat = services.time.nanoTime() + services.settings.heartbeatInterval().toNanos();
    fresh.open();
    agreed.cancelled().forEach(attempts::cancel);
    if (hello.hasFleetRootsHeld()) {
      services.trust().holds(hostId, certificate, hello.getFleetRootsHeld());
      takesRoots = true;
      if (!services.trust().isCurrent(hostId, hello.getFleetRootsHeld())) {
        roots();
      }
    }
    LOG.info("host {} ({}) connected", host.get().name(), hostId);
  }

  private void granted(int more) {
    if (more < 1 || more > MAX_SLOTS - Math.min(MAX_SLOTS, slots.get())) {
      throw new MalformedFrameException(
          "slots.slots: %s on top of %d is not between 1 and %d"
              .formatted(Integer.toUnsignedString(more), slots.get(), MAX_SLOTS));
    }
    slots.addAndGet(more);
    services.hints.hosts(List.of(hostId));
  }

  /** Asks for reports of use more often for a while. */
  void watchUsage(Duration every, Duration lasting) {
    if (welcomed) {
      outbound.send(
          ControllerFrame.newBuilder()
              .setUsageWanted(
                  UsageWanted.newBuilder()
                      .setEvery(ToAgent.duration(every))
                      .setLasting(ToAgent.duration(lasting)))
              .build());
    }
  }

  private void facts(HostFacts facts) {
    services.hosts.reported(hostId, FactsMapping.fromProto(facts), facts.getLabelsMap());
  }

  /** See {@link dev.hostler.controller.job.Dispatcher#assign}. */
  boolean assign(Assignment assignment) {
    if (slots.getAndUpdate(free -> Math.max(0, free - 1)) == 0) {
      return false;
    }
    attempts.hold(Map.of(assignment.ref(), assignment.jobId()));
    fresh.tell(); // by which the host judges it
    return outbound.send(ToAgent.assignment(assignment));
  }

  /** Asks for the end of an attempt, once on each stream. */
  void cancel(AttemptRef ref) {
    attempts.cancel(ref);
  }

  /** Tells what is fresh and what was revoked, if it was not told on this stream. */
  void trust() {
    fresh.tell();
  }

  /**
   * The fleet's roots changed: ends the stream if its certificate is not trusted any more, else
   * sends them, if the agent knows what to do with them.
   */
  void roots() {
    if (certificate.isPresent() && !services.trust().isTrusted(certificate.get())) {
      close(
          Status.UNAUTHENTICATED.withDescription(
              "the CA that issued the certificate of this host is not trusted any more"));
    } else if (takesRoots) {
      outbound.send(services.trust().roots(certificate, services.sessions().connected().size()));
    }
  }

  void drain(Duration reconnectAfter) {
    outbound.send(ToAgent.drain(reconnectAfter));
  }

  @Override
  public void onError(Throwable error) {
    gone(String.valueOf(error.getMessage()));
  }

  @Override
  public void onCompleted() {
    gone("completed");
    outbound.close(Status.OK);
  }

  /** The agent's side is over. */
  private void gone(@Nullable String why) {
    if (closed.compareAndSet(false, true)) {
      LOG.info("host {} disconnected: {}", hostId, why);
      slots.set(0);
      services.sessions.closed(this);
    }
  }

  /** Ends the stream from this side. Idempotent. */
  void close(Status status) {
    if (closed.compareAndSet(false, true)) {
      LOG.info("stream of host {} closed: {}", hostId, status.getDescription());
      slots.set(0);
      services.sessions.closed(this);
    }
    outbound.close(status);
  }
}
