package dev.hostler.agent.link;

import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.work.Connection;
import dev.hostler.proto.v1.AgentFrame;
import io.grpc.stub.ClientCallStreamObserver;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's side of one stream: what is sent to the controller. Before the stream is open, and
 * after its end, frames are dropped; the next stream's Hello says all that counts again.
 * Thread-safe.
 */
final class Outgoing implements Connection {
  private static final Logger log = LoggerFactory.getLogger(Outgoing.class);

  private final Consumer<String> failure;
  private volatile @Nullable ClientCallStreamObserver<AgentFrame> call;

  /** May frames after Hello be sent? */
  private volatile boolean agreed;

  private volatile boolean over;

  /**
   * @param failure told why the stream must end; called on any thread
   */
  Outgoing(Consumer<String> failure) {
    this.failure = failure;
  }

  void open(ClientCallStreamObserver<AgentFrame> stream) {
    call = stream;
  }

  /** Welcome came: from here on everything may be sent. */
  void agreed() {
    agreed = true;
  }

  /** Nothing is sent any more, and the stream is cancelled. */
  synchronized void close() {
    over = true;
    ClientCallStreamObserver<AgentFrame> current = call;
    if (current != null) {
      current.cancel("the agent ends this stream", null);
    }
  }

  /** Sends a frame, Hello too. */
  synchronized void send(AgentFrame frame) {
    ClientCallStreamObserver<AgentFrame> current = call;
    if (current == null || over) {
      return;
    }
    try {
      current.onNext(frame);
    } catch (IllegalStateException e) {
      log.debug("not sent, the stream is over: {}", e.toString());
    }
  }

  private void sendAgreed(AgentFrame frame) {
    if (agreed) {
      send(frame);
    }
  }

  @Override
  public void slots(int count) {
    sendAgreed(ToWire.slots(count));
  }

  @Override
  public void accepted(AttemptId id) {
    sendAgreed(ToWire.accepted(id));
  }

  @Override
  public void running(AttemptId id, Instant startedAt) {
    sendAgreed(ToWire.running(id, startedAt));
  }

  @Override
  public void denied(AttemptId id, List<Denial> denials) {
    sendAgreed(ToWire.denied(id, denials));
  }

  @Override
  public void ended(AttemptId id, AttemptResult result) {
    sendAgreed(ToWire.ended(id, result));
  }

  @Override
  public void send(Piece piece) {
    sendAgreed(ToWire.output(piece));
  }

  @Override
  public boolean isReady() {
    ClientCallStreamObserver<AgentFrame> current = call;
    return agreed && !over && current != null && current.isReady();
  }

  @Override
  public void fail(String reason) {
    failure.accept(reason);
  }
}
