package dev.hostler.agent.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.bundle.BundleUnavailableException;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GrpcBundleSourceTest {
  private static final String DIGEST = "ab".repeat(32);

  private final byte[] bundle = new byte[10_000];
  private final ByteArrayOutputStream got = new ByteArrayOutputStream();
  private ScriptedController controller;
  private ManagedChannel channel;

  @BeforeEach
  void open() throws Exception {
    new Random(1).nextBytes(bundle);
    controller = new ScriptedController();
    channel =
        NettyChannelBuilder.forTarget("dns:///" + controller.address()).usePlaintext().build();
  }

  @AfterEach
  void close() throws Exception {
    channel.shutdownNow();
    controller.close();
  }

  private void fetch(long offset) throws Exception {
    new GrpcBundleSource(() -> channel)
        .fetch(
            DIGEST,
            offset,
            (total, at, piece) -> {
              assertThat(total).isEqualTo(bundle.length);
              assertThat(at).isEqualTo(offset + got.size());
              got.writeBytes(piece);
            });
  }

  @Test
  void bringsAllBytesFromAnOffsetOn() throws Exception {
    controller.bundles.put(DIGEST, bundle);
    fetch(2500);
    assertThat(got.toByteArray())
        .isEqualTo(java.util.Arrays.copyOfRange(bundle, 2500, bundle.length));
  }

  @Test
  void aBrokenTransferMayBeTriedAgainAMissingBundleNot() {
    controller.bundles.put(DIGEST, bundle);
    controller.breakFetchAfter = 3000;
    assertThatThrownBy(() -> fetch(0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("UNAVAILABLE");
    assertThat(got.size()).isEqualTo(3000);
    controller.bundles.clear();
    assertThatThrownBy(() -> fetch(0))
        .isInstanceOf(BundleUnavailableException.class)
        .hasMessageContaining("NOT_FOUND");
    assertThatThrownBy(() -> new GrpcBundleSource(() -> null).fetch(DIGEST, 0, (_, _, _) -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no controller");
  }
}
