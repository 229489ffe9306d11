package dev.hostler.agent.link;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.Assignment;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.Heartbeat;
import dev.hostler.proto.v1.ResultAck;
import dev.hostler.proto.v1.Welcome;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetProof;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Plays the controller of one short connection, so that an agent can go through all that an idle
 * one does while the JVM notes which classes that takes. Listens on loopback only.
 */
public final class Rehearsal implements AutoCloseable {
  private final Server server;
  private final SignedJob job;
  private final TargetProof proof;
  private final CountDownLatch done = new CountDownLatch(1);

  /**
   * Starts to listen.
   *
   * @param identity of the controller it plays
   * @param job that it assigns
   * @param proof that the agent is among its targets
   * @throws IOException if it cannot listen
   */
  public Rehearsal(TlsIdentity identity, SignedJob job, TargetProof proof) throws IOException {
    this.job = job;
    this.proof = proof;
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sslContext(
                GrpcSslContexts.configure(SslContextBuilder.forServer(identity.keyManager()))
                    .protocols("TLSv1.3")
                    .build())
            .addService(new Controller())
            .build()
            .start();
  }

  /** "HOST:PORT" where it listens. */
  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Waits until the agent has gone through its part; false if it did not. */
  public boolean await() throws InterruptedException {
    return done.await(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Controller extends AgentLinkGrpc.AgentLinkImplBase {
    @Override
    public StreamObserver<AgentFrame> connect(StreamObserver<ControllerFrame> out) {
      return new StreamObserver<>() {
        @Override
        public void onNext(AgentFrame frame) {
          ControllerFrame answer = answer(frame);
          if (answer != null) {
            out.onNext(answer);
          }
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {
          out.onCompleted();
        }
      };
    }

    private @Nullable ControllerFrame answer(AgentFrame frame) {
      ControllerFrame.Builder answer = ControllerFrame.newBuilder();
      return switch (frame.getFrameCase()) {
        case HELLO ->
            answer
                .setWelcome(
                    Welcome.newBuilder()
                        .setProtocol(frame.getHello().getProtocolMax())
                        .setHeartbeatInterval(Duration.newBuilder().setNanos(100_000_000))
                        .putLabels("a", "b"))
                .build();
        case SLOTS ->
            answer
                .setAssignment(
                    Assignment.newBuilder()
                        .setRef(AttemptRef.newBuilder().setTaskId("rehearsal").setAttempt(1))
                        .setJob(
                            dev.hostler.proto.v1.SignedJob.newBuilder()
                                .setStatement(ByteString.copyFrom(job.statement()))
                                .setSignature(ByteString.copyFrom(job.signature())))
                        .setTargetIndex(proof.index())
                        .setTargetCount(proof.size()))
                .build();
        case ENDED ->
            answer.setResultAck(ResultAck.newBuilder().setRef(frame.getEnded().getRef())).build();
        case HEARTBEAT -> {
          if (frame.getHeartbeat().getSequence() == 3) {
            done.countDown();
          }
          yield answer
              .setHeartbeat(Heartbeat.newBuilder().setSequence(frame.getHeartbeat().getSequence()))
              .build();
        }
        default -> null;
      };
    }
  }
}
