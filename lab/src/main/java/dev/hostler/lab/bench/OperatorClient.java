package dev.hostler.lab.bench;

import com.google.protobuf.ByteString;
import dev.hostler.common.time.TimeSource;
import dev.hostler.lab.stack.Stack;
import dev.hostler.proto.v1.Host;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListHostsRequest;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobSandbox;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetTree;
import dev.hostler.trust.limits.Limits;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A gRPC client of the operator port with the stack's operator's certificate. Thread-safe. */
final class OperatorClient implements AutoCloseable {
  private final ManagedChannel channel;
  private final SigningKeys keys;

  OperatorClient(Stack stack) throws IOException {
    keys = stack.keys().signing();
    ChannelCredentials credentials =
        TlsChannelCredentials.newBuilder()
            .keyManager(stack.keys().certificate().toFile(), stack.keys().key().toFile())
            .trustManager(stack.data().resolve("controller/operator/ca.crt").toFile())
            .build();
    channel =
        Grpc.newChannelBuilderForAddress("127.0.0.1", stack.operatorPort(), credentials)
            .maxInboundMessageSize(8 << 20)
            .build();
  }

  /**
   * A signed job for all hosts that the selector means now: what the CLI does before it submits.
   */
  SubmitJobRequest command(String selector, String... argv) {
    return job(selector, new JobWork.Command(List.of(argv), JobWork.Command.DEFAULT_USER));
  }

  /** The same of any work. */
  SubmitJobRequest job(String selector, JobWork work) {
    return job(selector, work, null, Limits.NONE);
  }

  /** The same with limits. */
  SubmitJobRequest job(String selector, JobWork work, @Nullable Duration timeout, Limits limits) {
    List<String> ids =
        HostServiceGrpc.newBlockingStub(channel)
            .listHosts(
                ListHostsRequest.newBuilder().setSelector(selector).setPageSize(1000).build())
            .getHostsList()
            .stream()
            .map(Host::getId)
            .toList();
    Instant now = TimeSource.system().instant().truncatedTo(ChronoUnit.SECONDS);
    JobStatement statement =
        new JobStatement(
            work,
            new TreeMap<>(),
            timeout,
            0,
            now.minusSeconds(60),
            now.plusSeconds(3600),
            JobStatement.newNonce(),
            false,
            TargetTree.of(ids).targets(),
            JobSandbox.USUAL,
            limits);
    try {
      SignedJob signed = SignedJob.sign(statement, keys, now);
      return SubmitJobRequest.newBuilder()
          .setJob(
              dev.hostler.proto.v1.SignedJob.newBuilder()
                  .setStatement(ByteString.copyFrom(signed.statement()))
                  .setSignature(ByteString.copyFrom(signed.signature())))
          .addAllHostIds(ids)
          .build();
    } catch (JobException e) {
      throw new IllegalStateException(e);
    }
  }

  JobServiceGrpc.JobServiceBlockingStub jobs() {
    return JobServiceGrpc.newBlockingStub(channel);
  }

  Channel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
