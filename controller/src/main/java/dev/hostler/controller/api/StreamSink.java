package dev.hostler.controller.api;

import com.google.protobuf.MessageLite;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends messages to one caller as fast as it reads: the sender waits while the transport is not
 * ready. At most {@value #BURST} bytes and one message are sent ahead of that, because Armeria is
 * ready only when nothing at all is under way. One sender.
 *
 * @param <M> kind of message
 */
final class StreamSink<M extends MessageLite> {
  private static final int BURST = 1 << 20;
  private static final long RECHECK_MILLIS = 200;

  private final ServerCallStreamObserver<M> call;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile boolean cancelled;
  private int ahead;

  /**
   * Must be made in the call that starts the stream.
   *
   * @param whenCancelled called when the caller has gone away
   */
  StreamSink(ServerCallStreamObserver<M> call, Runnable whenCancelled) {
    this.call = call;
    call.setOnReadyHandler(this::signal);
    call.setOnCancelHandler(() -> {
      cancelled = true;
      signal();
      whenCancelled.run();
    });
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** Sends once the caller takes it; does nothing if it has gone away. */
  void send(M message) throws InterruptedException {
    if (call.isReady()) {
      ahead = 0;
    } else if (ahead >= BURST) {
      awaitReady();
      ahead = 0;
    }
    if (!cancelled) {
      ahead += message.getSerializedSize();
      call.onNext(message);
    }
  }

  private void awaitReady() throws InterruptedException {
    lock.lock();
    try {
      while (!cancelled && !call.isReady()) {
        var _ = changed.await(RECHECK_MILLIS, TimeUnit.MILLISECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
