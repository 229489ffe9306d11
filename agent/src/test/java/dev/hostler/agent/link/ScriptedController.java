package dev.hostler.agent.link;

import com.github.luben.zstd.Zstd;
import dev.hostler.agent.work.JobDraft;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.Assignment;
import dev.hostler.proto.v1.AttemptEnded;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.proto.v1.AttemptResult;
import dev.hostler.proto.v1.CancelAttempt;
import dev.hostler.proto.v1.ControllerFrame;
import dev.hostler.proto.v1.FetchBundleRequest;
import dev.hostler.proto.v1.FetchBundleResponse;
import dev.hostler.proto.v1.Heartbeat;
import dev.hostler.proto.v1.Hello;
import dev.hostler.proto.v1.OutputAck;
import dev.hostler.proto.v1.OutputChunk;
import dev.hostler.proto.v1.OutputCodec;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.ResultAck;
import dev.hostler.proto.v1.Welcome;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A controller for tests: real gRPC over loopback, in memory. By default it acknowledges everything
 * at once; a test says where it shall behave otherwise. Keeps every byte of output by offset and
 * fails where one is repeated with another value, lost or out of order.
 */
public final class ScriptedController implements AutoCloseable {
  private final AgentLinkGrpc.AgentLinkImplBase service = new Service();
  private Server server;
  private int port;

  /** Everything received, in order, of all streams. */
  public final List<AgentFrame> frames = new CopyOnWriteArrayList<>();

  public final List<Hello> hellos = new CopyOnWriteArrayList<>();
  public final List<Stream> streams = new CopyOnWriteArrayList<>();
  public final List<String> problems = new CopyOnWriteArrayList<>();
  private final Map<String, ByteArrayOutputStream> output = new ConcurrentHashMap<>();
  public final Map<String, AttemptResult> results = new ConcurrentHashMap<>();
  public final Map<String, byte[]> bundles = new ConcurrentHashMap<>();
  public final List<FetchBundleRequest> fetches = new CopyOnWriteArrayList<>();

  /** Ends the Connect call with this status instead of answering; null: answers. */
  public volatile Function<Integer, Status> refuse = _ -> null;

  public volatile boolean ackOutput = true;
  public volatile boolean ackResults = true;
  public volatile boolean answerHeartbeats = true;
  public volatile long window = 1 << 20;
  public volatile long heartbeatMillis = 10_000;
  public volatile UnaryOperator<Welcome.Builder> welcome = UnaryOperator.identity();
  public volatile Consumer<AgentFrame> onFrame = _ -> {};

  /** Keeps the output itself, or only how much there was. */
  public volatile boolean keepOutput = true;

  private final Map<String, Long> counted = new ConcurrentHashMap<>();

  /** Bytes after which a fetch breaks; 0: never. */
  public volatile int breakFetchAfter;

  private final Consumer<NettyServerBuilder> security;

  public ScriptedController() throws IOException {
    this(_ -> {});
  }

  public ScriptedController(Consumer<NettyServerBuilder> security) throws IOException {
    this.security = security;
    start();
  }

  /** Starts to listen, on the same port as before if there was one. */
  public void start() throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .maxInboundMessageSize(8 << 20)
            .addService(service);
    security.accept(builder);
    server = builder.build().start();
    port = server.getPort();
  }

  /** Breaks every connection at once, as a kill would. */
  public void stop() throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination();
  }

  public String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() throws Exception {
    stop();
  }

  /** The stream that is open now. */
  public Stream stream() {
    return streams.getLast();
  }

  /** Names an attempt in the maps: "task.number". */
  public static String key(AttemptRef ref) {
    return ref.getTaskId() + "." + ref.getAttempt();
  }

  public static AttemptRef ref(String task, int number) {
    return AttemptRef.newBuilder().setTaskId(task).setAttempt(number).build();
  }

  /** A command that an operator signed for the host "host-1". */
  public static Assignment.Builder command(String task, int number, String... argv) {
    return JobDraft.command(argv).wire(task, number);
  }

  public byte[] output(String attempt, OutputStream stream) {
    var bytes = output.get(attempt + stream);
    return bytes == null ? new byte[0] : bytes.toByteArray();
  }

  public String stdout(String attempt) {
    return new String(output(attempt, OutputStream.OUTPUT_STREAM_STDOUT));
  }

  public String stderr(String attempt) {
    return new String(output(attempt, OutputStream.OUTPUT_STREAM_STDERR));
  }

  /** Slots granted on a stream so far. */
  public int slots(Stream stream) {
    return stream.frames.stream().mapToInt(f -> f.hasSlots() ? f.getSlots().getSlots() : 0).sum();
  }

  /** Frames of a kind that concern one attempt, over all streams. */
  public long count(Function<AgentFrame, Boolean> matches) {
    return frames.stream().filter(matches::apply).count();
  }

  private synchronized long store(OutputChunk chunk) {
    String key = key(chunk.getRef()) + chunk.getStream();
    var kept = output.computeIfAbsent(key, _ -> new ByteArrayOutputStream());
    byte[] data = chunk.getData().toByteArray();
    if (chunk.getCodec() == OutputCodec.OUTPUT_CODEC_ZSTD) {
      data = Zstd.decompress(data, chunk.getLength());
    }
    if (data.length != chunk.getLength()) {
      problems.add(key + ": length " + chunk.getLength() + " but " + data.length + " bytes");
    }
    if (!keepOutput) {
      return counted.merge(key, (long) data.length, Long::sum);
    }
    if (chunk.getOffset() != kept.size()) {
      problems.add(key + ": offset " + chunk.getOffset() + " but " + kept.size() + " are there");
      return kept.size();
    }
    kept.writeBytes(data);
    return kept.size();
  }

  /** One Connect call. */
  public final class Stream implements StreamObserver<AgentFrame> {
    private final ServerCallStreamObserver<ControllerFrame> out;
    public final List<AgentFrame> frames = new CopyOnWriteArrayList<>();
    public volatile boolean ended;

    Stream(StreamObserver<ControllerFrame> out) {
      this.out = (ServerCallStreamObserver<ControllerFrame>) out;
      this.out.setOnCancelHandler(() -> ended = true);
    }

    public synchronized void send(ControllerFrame frame) {
      if (!ended) {
        out.onNext(frame);
      }
    }

    public void assign(Assignment.Builder assignment) {
      send(ControllerFrame.newBuilder().setAssignment(assignment).build());
    }

    public void cancel(String task, int number) {
      send(
          ControllerFrame.newBuilder()
              .setCancel(CancelAttempt.newBuilder().setRef(ref(task, number)))
              .build());
    }

    public void ackOutput(String task, int number, OutputStream stream, long offset) {
      send(
          ControllerFrame.newBuilder()
              .setOutputAck(
                  OutputAck.newBuilder()
                      .setRef(ref(task, number))
                      .setStream(stream)
                      .setOffset(offset))
              .build());
    }

    public void ackResult(String task, int number) {
      send(
          ControllerFrame.newBuilder()
              .setResultAck(ResultAck.newBuilder().setRef(ref(task, number)))
              .build());
    }

    public synchronized void end(Status status) {
      ended = true;
      out.onError(status.asRuntimeException());
    }

    @Override
    public void onNext(AgentFrame frame) {
      frames.add(frame);
      ScriptedController.this.frames.add(frame);
      onFrame.accept(frame);
      switch (frame.getFrameCase()) {
        case HELLO -> hello(frame.getHello());
        case OUTPUT -> {
          OutputChunk chunk = frame.getOutput();
          long offset = store(chunk);
          if (ackOutput) {
            ackOutput(
                chunk.getRef().getTaskId(), chunk.getRef().getAttempt(), chunk.getStream(), offset);
          }
        }
        case ENDED -> {
          AttemptEnded ended = frame.getEnded();
          results.put(key(ended.getRef()), ended.getResult());
          if (ackResults) {
            ackResult(ended.getRef().getTaskId(), ended.getRef().getAttempt());
          }
        }
        case HEARTBEAT -> {
          if (answerHeartbeats) {
            send(
                ControllerFrame.newBuilder()
                    .setHeartbeat(
                        Heartbeat.newBuilder().setSequence(frame.getHeartbeat().getSequence()))
                    .build());
          }
        }
        default -> {}
      }
    }

    private void hello(Hello hello) {
      Welcome.Builder builder =
          Welcome.newBuilder()
              .setProtocol(1)
              .setControllerVersion("scripted")
              .setHeartbeatInterval(
                  com.google.protobuf.Duration.newBuilder()
                      .setSeconds(heartbeatMillis / 1000)
                      .setNanos((int) (heartbeatMillis % 1000) * 1_000_000))
              .setOutputWindowBytes(window);
      hello
          .getAttemptsList()
          .forEach(held -> {
            for (OutputStream stream :
                List.of(OutputStream.OUTPUT_STREAM_STDOUT, OutputStream.OUTPUT_STREAM_STDERR)) {
              builder.addOutputOffsets(
                  OutputAck.newBuilder()
                      .setRef(held.getRef())
                      .setStream(stream)
                      .setOffset(output(key(held.getRef()), stream).length));
            }
          });
      send(ControllerFrame.newBuilder().setWelcome(welcome.apply(builder)).build());
      hellos.add(hello);
    }

    @Override
    public void onError(Throwable cause) {
      ended = true;
    }

    @Override
    public synchronized void onCompleted() {
      ended = true;
      out.onCompleted();
    }
  }

  private final class Service extends AgentLinkGrpc.AgentLinkImplBase {
    private int connects;

    @Override
    public StreamObserver<AgentFrame> connect(StreamObserver<ControllerFrame> out) {
      Status refusal = refuse.apply(++connects);
      Stream stream = new Stream(out);
      streams.add(stream);
      if (refusal != null) {
        stream.end(refusal);
      }
      return stream;
    }

    @Override
    public void fetchBundle(FetchBundleRequest request, StreamObserver<FetchBundleResponse> out) {
      fetches.add(request);
      byte[] bundle =
          bundles.get(
              java.util.HexFormat.of().formatHex(request.getManifestDigest().toByteArray()));
      if (bundle == null) {
        out.onError(Status.NOT_FOUND.withDescription("no such bundle").asRuntimeException());
        return;
      }
      int at = (int) request.getOffset();
      int until =
          breakFetchAfter > 0 ? Math.min(bundle.length, at + breakFetchAfter) : bundle.length;
      while (at < until) {
        int end = Math.min(until, at + 1000);
        out.onNext(
            FetchBundleResponse.newBuilder()
                .setTotalSize(bundle.length)
                .setOffset(at)
                .setData(
                    com.google.protobuf.ByteString.copyFrom(Arrays.copyOfRange(bundle, at, end)))
                .build());
        at = end;
      }
      if (until < bundle.length) {
        out.onError(Status.UNAVAILABLE.withDescription("broken on purpose").asRuntimeException());
      } else {
        out.onCompleted();
      }
    }
  }
}
