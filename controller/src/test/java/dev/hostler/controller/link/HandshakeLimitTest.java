package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandshakeLimitTest {
  private static final int MOST = 3;

  private final HandshakeLimit limit = new HandshakeLimit(MOST, (_, _) -> {});
  private final List<ManagedChannel> channels = new ArrayList<>();
  private Server server;

  @BeforeEach
  void start() throws Exception {
    server =
        limit
            .limit(
                NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    limit.close();
  }

  private Socket silent() throws Exception {
    return new Socket(InetAddress.getLoopbackAddress(), server.getPort());
  }

  private HealthGrpc.HealthFutureStub client() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    channels.add(channel);
    return HealthGrpc.newFutureStub(channel);
  }

  @Test
  void whoIsDoneCountsNoMore() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(client().check(HealthCheckRequest.getDefaultInstance()).get(20, TimeUnit.SECONDS))
          .isNotNull();
    }
    await().untilAsserted(() -> assertThat(limit.open()).isZero());
  }

  @Test
  void othersWaitUntilOneIsDoneOrGone() throws Exception {
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      silent.add(silent());
    }
    await().untilAsserted(() -> assertThat(limit.open()).isEqualTo(MOST));
    var waiting = client().check(HealthCheckRequest.getDefaultInstance());
    var also = client().check(HealthCheckRequest.getDefaultInstance());
    await()
        .during(java.time.Duration.ofMillis(300))
        .untilAsserted(() -> {
          assertThat(waiting.isDone()).isFalse();
          assertThat(limit.open()).isEqualTo(MOST);
        });
    silent.getFirst().close();
    assertThat(waiting.get(20, TimeUnit.SECONDS)).isNotNull();
    assertThat(also.get(20, TimeUnit.SECONDS)).as("through the same place").isNotNull();
    for (Socket socket : silent) {
      socket.close();
    }
    await().untilAsserted(() -> assertThat(limit.open()).isZero());
  }
}
