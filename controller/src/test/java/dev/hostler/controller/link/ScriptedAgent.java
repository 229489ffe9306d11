package dev.hostler.controller.link;

import com.google.protobuf.ByteString;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.Assignment;
import dev.hostler.proto.v1.AttemptAccepted;
import dev.hostler.proto.v1.AttemptEnded;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.AttemptRunning;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.HeldAttempt;
import dev.hostler.proto.v1.Hello;
import dev.hostler.proto.v1.HostFacts;
import dev.hostler.proto.v1.Outcome;
import dev.hostler.proto.v1.OutputChunk;
import dev.hostler.proto.v1.OutputCodec;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.SlotGrant;
import dev.hostler.proto.v1.TaskState;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One stream of an agent that does exactly what a test says. */
public final class ScriptedAgent implements AutoCloseable {
  public static final Metadata.Key<String> HOST =
      Metadata.Key.of("test-host", Metadata.ASCII_STRING_MARSHALLER);

  private final BlockingQueue<ControllerFrame> received = new LinkedBlockingQueue<>();
  private final ArrayDeque<ControllerFrame> skipped = new ArrayDeque<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private final StreamObserver<AgentFrame> stream;

  private ScriptedAgent(Channel channel, UUID host) {
    Metadata headers = new Metadata();
    headers.put(HOST, host.toString());
    stream =
        AgentLinkGrpc.newStub(
                ClientInterceptors.intercept(
                    channel, MetadataUtils.newAttachHeadersInterceptor(headers)))
            .connect(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ControllerFrame frame) {
                    received.add(frame);
                  }

                  @Override
                  public void onError(Throwable t) {
                    ended.complete(Status.fromThrowable(t));
                  }

                  @Override
                  public void onCompleted() {
                    ended.complete(Status.OK);
                  }
                });
  }

  /** Opens a stream and says nothing. */
  public static ScriptedAgent open(Channel channel, UUID host) {
    return new ScriptedAgent(channel, host);
  }

  /** Says Hello with these attempts and awaits the Welcome. */
  public static ScriptedAgent connect(Channel channel, UUID host, HeldAttempt... held) {
    ScriptedAgent agent = open(channel, host);
    agent.hello(held);
    agent.await(ControllerFrame::hasWelcome);
    return agent;
  }

  public void hello(HeldAttempt... held) {
    send(
        AgentFrame.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setProtocolMin(1)
                    .setProtocolMax(1)
                    .setAgentVersion("test")
                    .setFacts(HostFacts.newBuilder().setOsId("debian").setCpus(2))
                    .addAllAttempts(List.of(held)))
            .build());
  }

  public static HeldAttempt held(AttemptRef ref, TaskState state) {
    return HeldAttempt.newBuilder().setRef(ref).setState(state).build();
  }

  public void send(AgentFrame frame) {
    stream.onNext(frame);
  }

  /** Would the transport take another frame now? */
  public boolean isReady() {
    return ((CallStreamObserver<AgentFrame>) stream).isReady();
  }

  public void slots(int slots) {
    send(AgentFrame.newBuilder().setSlots(SlotGrant.newBuilder().setSlots(slots)).build());
  }

  public void accepted(AttemptRef ref) {
    send(AgentFrame.newBuilder().setAccepted(AttemptAccepted.newBuilder().setRef(ref)).build());
  }

  public void running(AttemptRef ref) {
    send(AgentFrame.newBuilder().setRunning(AttemptRunning.newBuilder().setRef(ref)).build());
  }

  public void stdout(AttemptRef ref, long offset, byte[] data) {
    output(ref, OutputStream.OUTPUT_STREAM_STDOUT, offset, data);
  }

  public void output(AttemptRef ref, OutputStream which, long offset, byte[] data) {
    send(
        AgentFrame.newBuilder()
            .setOutput(
                OutputChunk.newBuilder()
                    .setRef(ref)
                    .setStream(which)
                    .setOffset(offset)
                    .setLength(data.length)
                    .setCodec(OutputCodec.OUTPUT_CODEC_IDENTITY)
                    .setData(ByteString.copyFrom(data)))
            .build());
  }

  public void ended(AttemptRef ref, AttemptResult.Builder result) {
    send(
        AgentFrame.newBuilder()
            .setEnded(AttemptEnded.newBuilder().setRef(ref).setResult(result))
            .build());
  }

  /** Ends with an exit code. */
  public void exited(AttemptRef ref, int code, long stdoutBytes) {
    ended(
        ref,
        AttemptResult.newBuilder()
            .setOutcome(Outcome.OUTCOME_EXITED)
            .setExitCode(code)
            .setStdoutBytes(stdoutBytes));
  }

  /** The next frame that fits; others are kept for later. */
  public ControllerFrame await(Predicate<ControllerFrame> fits) {
    for (var kept = skipped.iterator(); kept.hasNext(); ) {
      ControllerFrame frame = kept.next();
      if (fits.test(frame)) {
        kept.remove();
        return frame;
      }
    }
    try {
      while (true) {
        ControllerFrame frame = received.poll(30, TimeUnit.SECONDS);
        if (frame == null) {
          throw new AssertionError(
              "no such frame within 30 s; the stream " + ended + ", others were " + skipped);
        }
        if (fits.test(frame)) {
          return frame;
        }
        skipped.add(frame);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public Assignment awaitAssignment() {
    return await(ControllerFrame::hasAssignment).getAssignment();
  }

  /** Awaits the commit of output up to {@code offset}. */
  public void awaitAck(AttemptRef ref, long offset) {
    await(frame ->
        frame.hasOutputAck()
            && frame.getOutputAck().getRef().equals(ref)
            && frame.getOutputAck().getOffset() == offset);
  }

  public void awaitResultAck(AttemptRef ref) {
    await(frame -> frame.hasResultAck() && frame.getResultAck().getRef().equals(ref));
  }

  /** What came so far and nobody awaited. */
  public List<ControllerFrame> others() {
    received.drainTo(skipped);
    return new ArrayList<>(skipped);
  }

  /** Is the stream over? */
  public boolean hasEnded() {
    return ended.isDone();
  }

  /** How the controller ended the stream. */
  public Status awaitEnd() {
    return ended.orTimeout(30, TimeUnit.SECONDS).join();
  }

  /** Breaks the connection as a crash does. */
  public void crash() {
    stream.onError(Status.CANCELLED.asRuntimeException());
  }

  @Override
  public void close() {
    if (!ended.isDone()) {
      stream.onCompleted();
    }
  }
}
