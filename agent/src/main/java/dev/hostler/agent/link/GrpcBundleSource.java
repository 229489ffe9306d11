package dev.hostler.agent.link;

import com.google.protobuf.ByteString;
import dev.hostler.agent.bundle.BundleSource;
import dev.hostler.agent.bundle.BundleUnavailableException;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.FetchBundleRequest;
import dev.hostler.proto.v1.FetchBundleResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Fetches bundles from the controller that this agent is connected to. Thread-safe. */
public final class GrpcBundleSource implements BundleSource {
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final Supplier<@Nullable Channel> channel;

  /** Fetches over the channel of the moment; null: not connected. */
  public GrpcBundleSource(Supplier<@Nullable Channel> channel) {
    this.channel = channel;
  }

  @Override
  public void fetch(String digest, long offset, Sink sink)
      throws BundleUnavailableException, IOException, InterruptedException {
    Channel now = channel.get();
    if (now == null) {
      throw new IOException("no controller is connected");
    }
    BlockingClientCall<?, FetchBundleResponse> call =
        AgentLinkGrpc.newBlockingV2Stub(now)
            .fetchBundle(
                FetchBundleRequest.newBuilder()
                    .setManifestDigest(ByteString.copyFrom(HexFormat.of().parseHex(digest)))
                    .setOffset(offset)
                    .build());
    try {
      for (FetchBundleResponse piece = next(call); piece != null; piece = next(call)) {
        sink.take(piece.getTotalSize(), piece.getOffset(), piece.getData().toByteArray());
      }
    } catch (StatusException e) {
      Status status = e.getStatus();
      switch (status.getCode()) {
        case NOT_FOUND, PERMISSION_DENIED, UNIMPLEMENTED, INVALID_ARGUMENT ->
            throw new BundleUnavailableException(
                "the controller says " + status.getCode() + ": " + status.getDescription());
        default -> throw new IOException(status.getCode() + ": " + status.getDescription(), e);
      }
    } catch (TimeoutException e) {
      throw new IOException("nothing came for " + SILENCE, e);
    } finally {
      call.cancel("done", null);
    }
  }

  private static @Nullable FetchBundleResponse next(BlockingClientCall<?, FetchBundleResponse> call)
      throws StatusException, InterruptedException, TimeoutException {
    return call.read(SILENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
