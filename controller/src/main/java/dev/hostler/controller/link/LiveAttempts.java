package dev.hostler.controller.link;

import dev.hostler.controller.job.AttemptRef;
import dev.hostler.controller.job.Report;
import dev.hostler.controller.job.ReportWriter;
import dev.hostler.controller.output.Chunk;
import dev.hostler.proto.v1.AttemptEnded;
import dev.hostler.proto.v1.Denial;
import dev.hostler.proto.v1.OutputChunk;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The attempts that a host may report on one stream, and what it reports of them. What it says of
 * others is dropped: they are over, or not its own. Reports come from one thread at a time;
 * everything else may come from any thread.
 */
final class LiveAttempts {
  private final ReportWriter writer;
  private final Outbound outbound;
  private final Consumer<Status> close;
  private final ReportWriter.Source source;

  /** With their jobs. */
  private final Map<AttemptRef, UUID> live = new ConcurrentHashMap<>();

  private final Set<AttemptRef> cancelled = ConcurrentHashMap.newKeySet();

  /**
   * @param close ends the stream
   */
  LiveAttempts(ReportWriter writer, Outbound outbound, Consumer<Status> close) {
    this.writer = writer;
    this.outbound = outbound;
    this.close = close;
    this.source =
        new ReportWriter.Source(() ->
            close.accept(Status.INTERNAL.withDescription("cannot store what was reported; retry")));
  }

  /** From here on these may be reported. */
  void hold(Map<AttemptRef, UUID> attempts) {
    live.putAll(attempts);
  }

  /** The job of one of them; empty if it is none. */
  Optional<UUID> job(AttemptRef ref) {
    return Optional.ofNullable(live.get(ref));
  }

  void running(AttemptRef ref) throws InterruptedException {
    UUID job = live.get(ref);
    if (job != null) {
      submit(new Report.Started(ref, job));
    }
  }

  void output(OutputChunk frame) throws InterruptedException {
    Chunk chunk = FromAgent.chunk(frame);
    AttemptRef ref = new AttemptRef(chunk.id().taskId(), chunk.id().attempt());
    UUID job = live.get(ref);
    if (job != null) {
      submit(new Report.Output(ref, job, chunk, end -> outbound.ack(chunk.id(), end)));
    }
  }

  void denied(dev.hostler.proto.v1.AttemptRef which, List<Denial> denials)
      throws InterruptedException {
    AttemptRef ref = FromAgent.ref("denials", which);
    UUID job = live.get(ref);
    var told = DenialFrames.read(denials);
    if (job != null && !told.isEmpty()) {
      submit(new Report.Denied(ref, job, told));
    }
  }

  void ended(AttemptEnded frame) throws InterruptedException {
    AttemptRef ref = FromAgent.ref("ended", frame.getRef());
    var result = FromAgent.result(frame.getResult());
    UUID job = live.get(ref);
    if (job == null) {
      outbound.send(ToAgent.resultAck(ref)); // long over: it may forget it
      return;
    }
    denied(frame.getRef(), frame.getResult().getDenialsList()); // all, whatever was heard before
    submit(
        new Report.Ended(
            ref,
            job,
            result,
            () -> {
              live.remove(ref);
              cancelled.remove(ref);
              outbound.send(ToAgent.resultAck(ref));
            }));
  }

  /** Asks for the end of an attempt, once on each stream. */
  void cancel(AttemptRef ref) {
    if (live.containsKey(ref) && cancelled.add(ref)) {
      outbound.send(ToAgent.cancel(ref));
    }
  }

  private void submit(Report report) throws InterruptedException {
    if (!writer.submit(report, source)) {
      close.accept(Status.UNAVAILABLE.withDescription("the controller is going away"));
    }
  }
}
