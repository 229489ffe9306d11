package dev.hostler.controller.link;

import com.google.protobuf.UnsafeByteOperations;
import dev.hostler.controller.bundle.BundleContent;
import dev.hostler.proto.v1.FetchBundleResponse;
import io.grpc.stub.ServerCallStreamObserver;

/** Sends a bundle file as fast as the host takes it. Runs whenever the transport is ready. */
final class BundlePump implements Runnable {
  private final BundleContent content;
  private final ServerCallStreamObserver<FetchBundleResponse> call;
  private boolean begun;
  private boolean over;

  BundlePump(BundleContent content, ServerCallStreamObserver<FetchBundleResponse> call) {
    this.content = content;
    this.call = call;
  }

  @Override
  public void run() {
    try {
      while (!over && call.isReady()) {
        sendNext();
      }
    } catch (RuntimeException e) {
      over = true;
      call.onError(FailureStatus.of(e).asRuntimeException());
    }
  }

  private void sendNext() {
    long offset = content.offset();
    byte[] data = content.next();
    if (data.length > 0 || !begun) {
      call.onNext(
          FetchBundleResponse.newBuilder()
              .setTotalSize(content.size())
              .setOffset(offset)
              .setData(UnsafeByteOperations.unsafeWrap(data))
              .build());
      begun = true;
    }
    if (content.offset() >= content.size()) {
      over = true;
      call.onCompleted();
    }
  }
}
