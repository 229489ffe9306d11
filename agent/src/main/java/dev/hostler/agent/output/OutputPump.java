package dev.hostler.agent.output;

import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.attempt.StreamName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the output of all attempts: one thread, one buffer, each stream in turn, so that what it
 * needs does not grow with the number of attempts. What waits, waits in the spool files. After a
 * break each stream continues at the offset that the controller has. Thread-safe.
 */
public final class OutputPump implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OutputPump.class);

  /** How often files are looked at whose shim rings no doorbell of ours. */
  private static final long POLL_MILLIS = 50;

  /** How often the others are: a doorbell is a hint that may be lost. */
  private static final long SAFETY_POLL_MILLIS = 500;

  /** Told about delivered output, on the pump's thread. */
  public interface Listener {
    /**
     * Every byte of an ended attempt was acknowledged. Comes once on each connection.
     *
     * @param id the attempt
     * @param stdout end of the stream as it was delivered
     * @param stderr end of the stream as it was delivered
     * @param error why bytes that were kept could not be delivered; empty: none
     */
    void delivered(AttemptId id, StreamEnd stdout, StreamEnd stderr, String error);
  }

  private final Encoder encoder = new Encoder();
  private final Map<AttemptId, AttemptTails> attempts = new LinkedHashMap<>();
  private final ArrayDeque<Tail> queue = new ArrayDeque<>();
  private final Listener listener;
  private final Thread thread;
  private @Nullable OutputSink sink;
  private long window;
  private boolean closed;

  /** Something happened since the thread looked last. */
  private boolean rung;

  /** Makes a pump that is not yet running. */
  public OutputPump(Listener listener) {
    this.listener = listener;
    this.thread = Thread.ofPlatform().daemon().name("output").unstarted(this::loop);
  }

  /** Starts its thread. Once. */
  public void start() {
    thread.start();
  }

  /**
   * Takes on the streams of an attempt.
   *
   * @param directory where its spool files are, or will be
   * @param rings will {@link #grew} be called? else the files are looked at often
   */
  public synchronized void add(AttemptId id, Path directory, boolean rings) {
    AttemptTails attempt = new AttemptTails(id, directory, rings);
    if (attempts.putIfAbsent(id, attempt) == null) {
      attempt.tails().forEach(this::enqueue);
    }
  }

  /** There may be more to read. */
  public synchronized void grew(AttemptId id, StreamName stream) {
    AttemptTails attempt = attempts.get(id);
    if (attempt != null) {
      enqueue(attempt.tail(stream));
    }
  }

  /** The attempt has ended; its files do not grow any more. */
  public synchronized void finish(AttemptId id, StreamEnd stdout, StreamEnd stderr) {
    AttemptTails attempt = attempts.get(id);
    if (attempt != null) {
      attempt.stdout.finish(stdout);
      attempt.stderr.finish(stderr);
      attempt.tails().forEach(this::enqueue);
    }
  }

  /** Tells the listener once more about a delivery on this connection, if there was one. */
  public synchronized void tellAgain(AttemptId id) {
    AttemptTails attempt = attempts.get(id);
    if (attempt != null) {
      attempt.told = false;
      ring();
    }
  }

  /** Lets go of an attempt's files, for good. */
  public synchronized void remove(AttemptId id) {
    AttemptTails attempt = attempts.remove(id);
    if (attempt != null) {
      attempt.tails().forEach(Tail::closeFile);
      queue.removeAll(attempt.tails());
      ring();
    }
  }

  /** What a controller has of an attempt's streams. Absent streams: nothing. */
  public record Position(AttemptId id, StreamName stream, long offset) {}

  /**
   * Sends to this sink from now on, from the given positions; streams that are not named start at
   * 0.
   *
   * @param windowBytes how much of one stream may be sent without an acknowledgement
   */
  public synchronized void connect(OutputSink to, long windowBytes, List<Position> positions) {
    sink = to;
    window = Math.max(1, windowBytes);
    for (AttemptTails attempt : attempts.values()) {
      attempt.told = false;
      attempt.tails().forEach(tail -> tail.rewind(0));
    }
    for (Position position : positions) {
      AttemptTails attempt = attempts.get(position.id());
      if (attempt != null) {
        attempt.tail(position.stream()).rewind(position.offset());
      }
    }
    for (AttemptTails attempt : attempts.values()) {
      attempt.tails().forEach(this::enqueue);
    }
    ring();
  }

  /** Sends nothing more to this sink. */
  public synchronized void disconnect(OutputSink from) {
    if (from.equals(sink)) {
      sink = null;
      ring();
    }
  }

  /** The sink may be ready again. */
  public synchronized void ready() {
    ring();
  }

  /**
   * Everything before an offset is committed.
   *
   * @param from who heard it; one that is not the present sink is not listened to
   */
  public synchronized void acked(OutputSink from, AttemptId id, StreamName stream, long offset) {
    AttemptTails attempt = attempts.get(id);
    if (!from.equals(sink) || attempt == null) {
      return;
    }
    Tail tail = attempt.tail(stream);
    if (!tail.ackedTo(offset)) {
      log.warn("{} {}: acknowledged to {}, sent only {}", id, stream, offset, tail.sent());
      return;
    }
    enqueue(tail);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      ring();
    }
  }

  private void enqueue(Tail tail) {
    if (!tail.queued) {
      tail.queued = true;
      queue.add(tail);
    }
    ring();
  }

  private void ring() {
    rung = true;
    notifyAll();
  }

  private void loop() {
    while (true) {
      Runnable step = nextStep();
      if (step == null) {
        break;
      }
      try {
        step.run();
      } catch (RuntimeException e) {
        log.error("output", e);
      }
    }
    encoder.close();
    synchronized (this) {
      attempts.values().forEach(attempt -> attempt.tails().forEach(Tail::closeFile));
    }
  }

  private synchronized @Nullable Runnable nextStep() {
    while (!closed) {
      rung = false;
      OutputSink to = sink;
      if (to != null) {
        Runnable telling = nextTelling();
        if (telling != null) {
          return telling;
        }
        if (to.isReady()) {
          Tail tail = nextTail();
          if (tail != null) {
            long at = tail.sent();
            int room = tail.room(window);
            return () -> sendSome(to, tail, at, room);
          }
        }
      }
      if (!rung) {
        await();
      }
    }
    return null;
  }

  private @Nullable Runnable nextTelling() {
    for (AttemptTails attempt : attempts.values()) {
      if (!attempt.told && attempt.delivered()) {
        attempt.told = true;
        StreamEnd stdout = attempt.stdout.deliveredEnd();
        StreamEnd stderr = attempt.stderr.deliveredEnd();
        String error = attempt.error();
        return () -> listener.delivered(attempt.id, stdout, stderr, error);
      }
    }
    return null;
  }

  /** A stream that has room; those without come back with the next acknowledgement. */
  private @Nullable Tail nextTail() {
    for (Tail tail = queue.poll(); tail != null; tail = queue.poll()) {
      tail.queued = false;
      if (tail.room(window) > 0) {
        return tail;
      }
    }
    return null;
  }

  @SuppressWarnings("WaitNotInLoop") // nextStep is the loop
  private void await() {
    long millis = 0;
    if (sink != null) {
      for (AttemptTails attempt : attempts.values()) {
        if (!attempt.stdout.drained() || !attempt.stderr.drained()) {
          millis = attempt.rings && millis != POLL_MILLIS ? SAFETY_POLL_MILLIS : POLL_MILLIS;
        }
      }
    }
    if (attempts.isEmpty()) {
      encoder.close();
    }
    try {
      wait(millis);
    } catch (InterruptedException _) {
      closed = true;
      return;
    }
    if (millis > 0 && !rung) {
      for (AttemptTails attempt : attempts.values()) {
        for (Tail tail : attempt.tails()) {
          if (!tail.drained() && tail.hasMore()) {
            enqueue(tail);
          }
        }
      }
    }
  }

  private void sendSome(OutputSink to, Tail tail, long at, int room) {
    OutputSink.Piece piece;
    try {
      piece = encoder.next(tail, at, room);
    } catch (IOException e) {
      synchronized (this) {
        tail.failed(e.toString());
      }
      return;
    }
    synchronized (this) {
      if (piece == null) {
        if (tail.finished() && !tail.drained()) {
          tail.failed("the spool file ends at byte " + at);
          enqueue(tail);
        }
        return;
      }
      if (!to.equals(sink) || tail.sent() != at || !attempts.containsKey(tail.id)) {
        return;
      }
      tail.sentTo(at + piece.length());
      if (piece.length() == room || (tail.finished() && !tail.drained())) {
        enqueue(tail);
      }
    }
    to.send(piece);
  }
}
