package dev.hostler.agent.link;

import dev.hostler.agent.attempt.Offer;
import dev.hostler.agent.facts.HostFacts;
import dev.hostler.agent.identity.HostSealing;
import dev.hostler.agent.identity.RootsKeeper;
import dev.hostler.agent.trust.TrustState;
import dev.hostler.agent.usage.UsageReport;
import dev.hostler.agent.usage.UsageSampler;
import dev.hostler.agent.work.Workbench;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.Assignment;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.FleetRoots;
import dev.hostler.proto.v1.Hello;
import dev.hostler.proto.v1.OutputAck;
import dev.hostler.proto.v1.TrustUpdate;
import dev.hostler.proto.v1.Welcome;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream to one controller, from Hello to its end. All that comes in, and the clock, is handled
 * on the thread that is in {@link #run}; what goes out is for any thread.
 */
final class Session {
  private static final Logger log = LoggerFactory.getLogger(Session.class);

  /** Pieces of output that may wait in the transport before it counts as busy. */
  private static final int BUSY_BYTES = 512 << 10;

  /** After this many intervals without a frame the controller counts as gone. */
  private static final int SILENT_INTERVALS = 3;

  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(20);
  private static final Duration USUAL_INTERVAL = Duration.ofSeconds(10);

  /**
   * How a session ended.
   *
   * @param status the reason, as gRPC names it
   * @param agreedFor how long both had agreed; zero if they never did
   * @param waitAtLeast how long the controller wants to be left alone
   */
  record End(Status status, Duration agreedFor, Duration waitAtLeast) {}

  private final Workbench workbench;
  private final TrustState trust;
  private final RootsKeeper roots;
  private final HostSealing sealing;
  private final Supplier<HostFacts> facts;
  private final UsageSampler usage;
  private final TimeSource time;
  private final LinkSettings settings;
  private final String agentVersion;
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Outgoing out = new Outgoing(this::fail);
  private boolean agreed;
  private @Nullable Status end;
  private Duration waitAtLeast = Duration.ZERO;
  private Duration interval = USUAL_INTERVAL;
  private long agreedAt;
  private long lastHeard;
  private long nextHeartbeat;
  private long nextFacts;
  private long sequence;
  private HostFacts lastFacts;

  Session(
      Workbench workbench,
      TrustState trust,
      RootsKeeper roots,
      HostSealing sealing,
      Supplier<HostFacts> facts,
      UsageSampler usage,
      TimeSource time,
      LinkSettings settings,
      String agentVersion) {
    this.workbench = workbench;
    this.trust = trust;
    this.roots = roots;
    this.sealing = sealing;
    this.facts = facts;
    this.usage = usage;
    this.time = time;
    this.settings = settings;
    this.agentVersion = agentVersion;
    this.lastFacts = facts.get();
  }

  /**
   * Holds the stream until it ends.
   *
   * @param processId random per start of this process
   * @throws InterruptedException if the agent stops
   */
  End run(Channel channel, String processId) throws InterruptedException {
    long started = time.nanoTime();
    lastHeard = started;
    var hello =
        Hello.newBuilder()
            .setProtocolMin(Protocol.MIN)
            .setProtocolMax(Protocol.MAX)
            .setAgentVersion(agentVersion)
            .setBootId(processId)
            .setFacts(ToWire.facts(lastFacts))
            .setFleetRootsHeld(ToWire.rootsHeld(roots.held()));
    workbench.held().forEach(held -> hello.addAttempts(ToWire.held(held)));
    try {
      hello.setSealingKey(ToWire.sealingKey(sealing.vouched()));
    } catch (SigningException e) {
      log.error("secret parameters cannot be sealed for this host: {}", e.getMessage());
    }
    try {
      AgentLinkGrpc.newStub(channel)
          .withExecutor(tasks::add)
          .withOnReadyThreshold(BUSY_BYTES)
          .connect(new Inbound());
      out.send(AgentFrame.newBuilder().setHello(hello).build());
      while (end == null) {
        Runnable task = tasks.poll(untilTick(), TimeUnit.NANOSECONDS);
        if (task != null) {
          task.run();
        }
        if (end == null) {
          tick();
        }
      }
    } finally {
      close();
    }
    Duration agreedFor = agreed ? Duration.ofNanos(time.nanoTime() - agreedAt) : Duration.ZERO;
    return new End(end, agreedFor, waitAtLeast);
  }

  private void close() {
    out.close();
    workbench.disconnected(out);
  }

  private long untilTick() {
    long now = time.nanoTime();
    long next = lastHeard + silence().toNanos();
    if (agreed) {
      next = Math.min(next - now, nextHeartbeat - now) + now;
    }
    return Math.max(0, next - now);
  }

  private Duration silence() {
    return agreed ? interval.multipliedBy(SILENT_INTERVALS) : settings.answerWithin();
  }

  private void tick() {
    long now = time.nanoTime();
    if (now - lastHeard >= silence().toNanos()) {
      finish(
          Status.DEADLINE_EXCEEDED.withDescription(
              "the controller gave no sign of life for " + silence()));
      return;
    }
    if (!agreed || now - nextHeartbeat < 0) {
      return;
    }
    out.send(ToWire.heartbeat(++sequence));
    nextHeartbeat = now + interval.toNanos();
    if (now - nextFacts >= 0) {
      nextFacts = now + settings.factsEvery().toNanos();
      HostFacts current = facts.get();
      if (!current.equals(lastFacts)) {
        lastFacts = current;
        out.send(AgentFrame.newBuilder().setFacts(ToWire.facts(current)).build());
      }
    }
  }

  private void finish(Status status) {
    if (end == null) {
      end = status;
    }
  }

  private void handle(ControllerFrame frame) {
    if (end != null) {
      return; // of a stream that is over
    }
    lastHeard = time.nanoTime();
    try {
      if (!agreed) {
        if (frame.hasWelcome()) {
          welcome(frame.getWelcome());
        } else if (frame.getFrameCase() != ControllerFrame.FrameCase.FRAME_NOT_SET) {
          finish(
              Status.FAILED_PRECONDITION.withDescription(
                  "the controller's first frame is " + frame.getFrameCase() + ", not a Welcome"));
        }
        return;
      }
      switch (frame.getFrameCase()) {
        case ASSIGNMENT -> assignment(frame.getAssignment());
        case CANCEL -> workbench.cancel(out, FromWire.id(frame.getCancel().getRef()));
        case OUTPUT_ACK -> outputAck(frame.getOutputAck());
        case RESULT_ACK -> workbench.resultAcked(out, FromWire.id(frame.getResultAck().getRef()));
        case TRUST -> trust(frame.getTrust());
        case DRAIN -> {
          waitAtLeast = FromWire.duration(frame.getDrain().getReconnectAfter());
          finish(Status.UNAVAILABLE.withDescription("the controller is about to stop"));
        }
        case FLEET_ROOTS -> fleetRoots(frame.getFleetRoots());
        case USAGE_WANTED ->
            usage.watch(
                FromWire.duration(frame.getUsageWanted().getEvery()),
                FromWire.duration(frame.getUsageWanted().getLasting()));
        // A heartbeat was heard above; a second Welcome changes nothing; the rest is unknown here.
        case HEARTBEAT, WELCOME, FRAME_NOT_SET -> {}
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      log.warn("{} frame dropped: {}", frame.getFrameCase(), e.getMessage());
    }
  }

  private void fleetRoots(FleetRoots sent) {
    try {
      roots.take(
          GrpcRenewer.roots(sent),
          sent.hasRenewWithin()
              ? Optional.of(FromWire.duration(sent.getRenewWithin()))
              : Optional.empty());
    } catch (SigningException e) {
      log.warn("FLEET_ROOTS frame dropped: {}", e.getMessage());
    }
    // Also when they were refused: the controller shows who does not hold what.
    out.send(AgentFrame.newBuilder().setFleetRootsHeld(ToWire.rootsHeld(roots.held())).build());
  }

  /** Ends this stream because there is a newer certificate for the next one. */
  void renew() {
    tasks.add(() -> finish(Status.OK.withDescription("this host has a newer certificate")));
  }

  private void fail(String reason) {
    tasks.add(() -> finish(Status.FAILED_PRECONDITION.withDescription(reason)));
  }

  private void welcome(Welcome welcome) {
    int protocol = welcome.getProtocol();
    if (protocol < Protocol.MIN || protocol > Protocol.MAX) {
      finish(
          Status.FAILED_PRECONDITION.withDescription(
              "the controller chose protocol %d, this agent speaks %d to %d: update the older one"
                  .formatted(protocol, Protocol.MIN, Protocol.MAX)));
      return;
    }
    if (welcome.hasHeartbeatInterval()) {
      Duration asked = FromWire.duration(welcome.getHeartbeatInterval());
      interval = asked.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : asked;
    }
    agreedAt = time.nanoTime();
    nextHeartbeat = agreedAt + interval.toNanos();
    nextFacts = agreedAt + settings.factsEvery().toNanos();
    agreed = true;
    out.agreed();
    log.info("connected, controller {}", welcome.getControllerVersion());
    out.send(ToWire.trust(trust.indexNumber()));
    workbench.connected(out, FromWire.resume(welcome));
    usage.onReport(this::used);
  }

  /** A report that finds the transport busy is left out: the next one is not far. */
  private void used(UsageReport report) {
    if (out.isReady()) {
      out.send(UsageToWire.report(report));
    }
  }

  private void trust(TrustUpdate update) {
    long before = trust.indexNumber();
    trust.update(FromWire.trust(update));
    if (trust.indexNumber() != before) {
      out.send(ToWire.trust(trust.indexNumber()));
    }
  }

  private void assignment(Assignment wire) {
    Offer offer;
    try {
      offer = FromWire.offer(wire);
    } catch (IllegalArgumentException e) {
      log.warn("assignment dropped: {}", e.getMessage());
      workbench.dropped(out);
      return;
    }
    workbench.assign(out, offer);
  }

  private void outputAck(OutputAck ack) {
    workbench.outputAcked(
        out, FromWire.id(ack.getRef()), FromWire.stream(ack.getStream()), ack.getOffset());
  }

  /** What gRPC calls, on the thread in {@link #run}. */
  private final class Inbound implements ClientResponseObserver<AgentFrame, ControllerFrame> {
    @Override
    public void beforeStart(ClientCallStreamObserver<AgentFrame> stream) {
      out.open(stream);
      stream.setOnReadyHandler(workbench::ready);
    }

    @Override
    public void onNext(ControllerFrame frame) {
      handle(frame);
    }

    @Override
    public void onError(Throwable cause) {
      finish(Status.fromThrowable(cause));
    }

    @Override
    public void onCompleted() {
      finish(Status.UNAVAILABLE.withDescription("the controller ended the stream"));
    }
  }
}
