package dev.hostler.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.hostler.proto.v1.JobOutput;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ReadOutputRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sink over the server that the operator port runs on. */
class StreamSinkTest {
  private static final int MESSAGES = 300;
  private static final byte[] MIB = new byte[1 << 20];

  private final AtomicInteger sent = new AtomicInteger();
  private final CompletableFuture<Boolean> gone = new CompletableFuture<>();
  private Server server;
  private ManagedChannel channel;

  /** Sends 300 MiB as fast as it may. */
  private final class Flood extends JobServiceGrpc.JobServiceImplBase {
    @Override
    public void readOutput(ReadOutputRequest request, StreamObserver<JobOutput> responses) {
      var call = (ServerCallStreamObserver<JobOutput>) responses;
      StreamSink<JobOutput> sink = new StreamSink<>(call, () -> gone.complete(true));
      Thread.ofVirtual()
          .start(() -> {
            try {
              for (int i = 0; i < MESSAGES && !sink.isCancelled(); i++) {
                sink.send(
                    JobOutput.newBuilder()
                        .setOffset(i)
                        .setData(UnsafeByteOperations.unsafeWrap(MIB))
                        .build());
                sent.incrementAndGet();
              }
              if (!sink.isCancelled()) {
                call.onCompleted();
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
  }

  @BeforeEach
  void start() {
    server =
        Server.builder()
            .http(0)
            .requestTimeout(Duration.ZERO)
            .service(
                GrpcService.builder().addService(new Flood()).useBlockingTaskExecutor(true).build())
            .build();
    server.start().join();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.activeLocalPort())
            .usePlaintext()
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.stop().join();
  }

  private ClientCallStreamObserver<ReadOutputRequest> read(
      AtomicInteger received, CompletableFuture<Boolean> over) throws Exception {
    CompletableFuture<ClientCallStreamObserver<ReadOutputRequest>> call = new CompletableFuture<>();
    JobServiceGrpc.newStub(channel)
        .readOutput(
            ReadOutputRequest.getDefaultInstance(),
            new ClientResponseObserver<ReadOutputRequest, JobOutput>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<ReadOutputRequest> stream) {
                stream.disableAutoRequestWithInitial(1);
                call.complete(stream);
              }

              @Override
              public void onNext(JobOutput output) {
                assertThat(output.getOffset()).isEqualTo(received.getAndIncrement());
              }

              @Override
              public void onError(Throwable t) {
                over.complete(false);
              }

              @Override
              public void onCompleted() {
                over.complete(true);
              }
            });
    return call.get(10, TimeUnit.SECONDS);
  }

  @Test
  void waitsForASlowReaderInsteadOfBuffering() throws Exception {
    AtomicInteger received = new AtomicInteger();
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    var call = read(received, over);
    await().until(() -> received.get() == 1);
    await().during(Duration.ofSeconds(1)).until(() -> sent.get() < 10);
    call.request(10);
    await().until(() -> received.get() == 11);
    await().during(Duration.ofMillis(500)).until(() -> sent.get() < 21);
    call.request(1000);
    assertThat(over.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(received.get()).isEqualTo(MESSAGES);
  }

  @Test
  void stopsWhenTheReaderIsGone() throws Exception {
    AtomicInteger received = new AtomicInteger();
    var call = read(received, new CompletableFuture<>());
    await().until(() -> received.get() == 1);
    call.cancel("gone", null);
    assertThat(gone.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(sent.get()).isLessThan(MESSAGES);
  }
}
