package dev.hostler.controller.api;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends messages to one caller as fast as it reads: the sender waits while the transport is not
 * ready. One sender.
 *
 * @param <M> kind of message
 */
final class StreamSink<M> {
  private static final long RECHECK_MILLIS = 200;

  private final ServerCallStreamObserver<M> call;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile boolean cancelled;

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
    lock.lock();
    try {
      while (!cancelled && !call.isReady()) {
        var _ = changed.await(RECHECK_MILLIS, TimeUnit.MILLISECONDS);
      }
    } finally {
      lock.unlock();
    }
    if (!cancelled) {
      call.onNext(message);
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
