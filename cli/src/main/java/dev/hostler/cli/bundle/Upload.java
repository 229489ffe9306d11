package dev.hostler.cli.bundle;

import dev.hostler.cli.connect.Controller;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.PushBundleRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.jspecify.annotations.Nullable;

/** One push: waits where the controller is slower than the disk, so that little is held here. */
final class Upload implements AutoCloseable {
  private final Object lock = new Object();
  private @Nullable ClientCallStreamObserver<PushBundleRequest> requests;
  private @Nullable Bundle answer;
  private @Nullable Throwable failure;
  private boolean ended;

  Upload(Controller controller) {
    controller.bundlePush().pushBundle(new Answer());
  }

  private ClientCallStreamObserver<PushBundleRequest> requests() {
    ClientCallStreamObserver<PushBundleRequest> stream = requests;
    if (stream == null) {
      throw new IllegalStateException("the call was not started");
    }
    return stream;
  }

  /** Sends a piece; false if the controller has answered already. */
  boolean send(PushBundleRequest piece) throws InterruptedException {
    synchronized (lock) {
      while (!ended && !requests().isReady()) {
        lock.wait();
      }
      if (ended) {
        return false;
      }
    }
    requests().onNext(piece);
    return true;
  }

  /**
   * Waits for the answer.
   *
   * @throws StatusRuntimeException if the controller does not take the bundle
   */
  Bundle finish() throws InterruptedException {
    synchronized (lock) {
      if (!ended) {
        requests().onCompleted();
      }
      while (!ended) {
        lock.wait();
      }
      if (failure != null || answer == null) {
        throw failure == null
            ? Status.INTERNAL.withDescription("no answer").asRuntimeException()
            : Status.fromThrowable(failure).asRuntimeException();
      }
      return answer;
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (!ended && requests != null) {
        requests.cancel("given up", null);
      }
    }
  }

  private final class Answer implements ClientResponseObserver<PushBundleRequest, Bundle> {
    @Override
    public void beforeStart(ClientCallStreamObserver<PushBundleRequest> stream) {
      requests = stream;
      stream.setOnReadyHandler(this::wake);
    }

    private void wake() {
      synchronized (lock) {
        lock.notifyAll();
      }
    }

    @Override
    public void onNext(Bundle bundle) {
      synchronized (lock) {
        answer = bundle;
      }
    }

    @Override
    public void onError(Throwable t) {
      synchronized (lock) {
        failure = t;
        ended = true;
        lock.notifyAll();
      }
    }

    @Override
    public void onCompleted() {
      synchronized (lock) {
        ended = true;
        lock.notifyAll();
      }
    }
  }
}
