package dev.hostler.controller.link;

import dev.hostler.controller.output.StreamId;
import dev.hostler.proto.v1.ControllerFrame;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to one agent, in order; nothing is written while the transport is not
 * ready. Bounded: output acknowledgements and heartbeats of the same kind replace each other, and
 * all else is bounded by the slots that the agent granted; an agent that lets more pile up is cut
 * off. Thread-safe.
 */
final class Outbound {
  private static final int MAX_WAITING = 50_000;

  private final ServerCallStreamObserver<ControllerFrame> observer;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<ControllerFrame> frames = new ArrayDeque<>();
  private final Map<StreamId, Long> acks = new LinkedHashMap<>();
  private long heartbeat;
  private boolean closed;

  Outbound(ServerCallStreamObserver<ControllerFrame> observer) {
    this.observer = observer;
  }

  /**
   * Sends now or later.
   *
   * @return false if the stream is closed: it will not be sent
   */
  boolean send(ControllerFrame frame) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      if (frames.size() >= MAX_WAITING) {
        close(Status.RESOURCE_EXHAUSTED.withDescription("the agent does not read its stream"));
        return false;
      }
      frames.add(frame);
      flush();
      return true;
    } finally {
      lock.unlock();
    }
  }

  void ack(StreamId id, long offset) {
    lock.lock();
    try {
      acks.put(id, offset);
      flush();
    } finally {
      lock.unlock();
    }
  }

  void heartbeat(long sequence) {
    lock.lock();
    try {
      heartbeat = sequence;
      flush();
    } finally {
      lock.unlock();
    }
  }

  /** Sends what waits, as long as the transport takes it. */
  void flush() {
    lock.lock();
    try {
      while (!closed && observer.isReady()) {
        ControllerFrame next = next();
        if (next == null) {
          return;
        }
        observer.onNext(next);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Acknowledgements first: they keep output flowing, and a result's comes after its output's. */
  private @Nullable ControllerFrame next() {
    if (heartbeat != 0) {
      ControllerFrame frame = ToAgent.heartbeat(heartbeat);
      heartbeat = 0;
      return frame;
    }
    Iterator<Map.Entry<StreamId, Long>> waiting = acks.entrySet().iterator();
    if (waiting.hasNext() && welcomed()) {
      Map.Entry<StreamId, Long> ack = waiting.next();
      waiting.remove();
      return ControllerFrame.newBuilder()
          .setOutputAck(ToAgent.outputAck(ack.getKey(), ack.getValue()))
          .build();
    }
    return frames.poll();
  }

  /** Nothing goes before the Welcome. */
  private boolean welcomed() {
    ControllerFrame first = frames.peek();
    return first == null || !first.hasWelcome();
  }

  /** Ends the stream; OK ends it without an error. Idempotent. */
  void close(Status status) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      frames.clear();
      acks.clear();
      if (observer.isCancelled()) {
        return;
      }
      if (status.isOk()) {
        observer.onCompleted();
      } else {
        observer.onError(status.asRuntimeException());
      }
    } finally {
      lock.unlock();
    }
  }
}
