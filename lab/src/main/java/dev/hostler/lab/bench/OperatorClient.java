package dev.hostler.lab.bench;

import dev.hostler.lab.stack.Stack;
import dev.hostler.proto.v1.JobServiceGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;

/** A gRPC client of the operator port with the first operator's certificate. Thread-safe. */
final class OperatorClient implements AutoCloseable {
  private final ManagedChannel channel;

  OperatorClient(Stack stack) throws IOException {
    Path operator = stack.data().resolve("controller/operator");
    ChannelCredentials credentials =
        TlsChannelCredentials.newBuilder()
            .keyManager(
                operator.resolve("admin.crt").toFile(), operator.resolve("admin.key").toFile())
            .trustManager(operator.resolve("ca.crt").toFile())
            .build();
    channel =
        Grpc.newChannelBuilderForAddress("127.0.0.1", stack.operatorPort(), credentials)
            .maxInboundMessageSize(8 << 20)
            .build();
  }

  JobServiceGrpc.JobServiceBlockingStub jobs() {
    return JobServiceGrpc.newBlockingStub(channel);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
