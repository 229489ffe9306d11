package dev.hostler.agent.output;

import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.attempt.StreamName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One stream of one attempt: its spool file, and how much of it was sent and acknowledged on the
 * present connection. Positions are guarded by the pump; only the pump's thread reads the file.
 */
final class Tail {
  /** Bounds how many pieces are on their way, so that tiny writes gather instead of flooding. */
  private static final int MAX_IN_FLIGHT = 32;

  /** How often reading a finished stream may fail before the rest counts as lost. */
  private static final int MAX_FAILURES = 3;

  final AttemptId id;
  final StreamName stream;
  private final Path file;
  private @Nullable FileChannel channel;

  /** First byte not sent on this connection. */
  private long sent;

  /** First byte not acknowledged. */
  private long acked;

  /** Where pieces that are on their way end. */
  private final ArrayDeque<Long> inFlight = new ArrayDeque<>();

  /** Known once the attempt has ended. */
  private @Nullable StreamEnd end;

  /** Set to where reading had to be given up; else the largest number. */
  private long limit = Long.MAX_VALUE;

  private String error = "";
  private int failures;

  /** Pieces to send before compression is tried again. */
  int skipCompression;

  /** Is it in the pump's queue? */
  boolean queued;

  Tail(AttemptId id, StreamName stream, Path directory) {
    this.id = id;
    this.stream = stream;
    this.file = directory.resolve(stream.fileName());
  }

  /** Continues at an offset that the controller has. */
  void rewind(long offset) {
    sent = offset;
    acked = offset;
    inFlight.clear();
  }

  void finish(StreamEnd known) {
    end = known;
  }

  boolean finished() {
    return end != null;
  }

  long sent() {
    return sent;
  }

  /** How many bytes may be read and sent now; 0 when the window or the pieces are used up. */
  int room(long window) {
    if (inFlight.size() >= MAX_IN_FLIGHT) {
      return 0;
    }
    long room = Math.min(window - (sent - acked), last() - sent);
    return (int) Math.max(0, Math.min(room, Encoder.MAX_PIECE));
  }

  private long last() {
    return Math.min(limit, end == null ? Long.MAX_VALUE : end.bytes());
  }

  void sentTo(long offset) {
    sent = offset;
    inFlight.add(offset);
  }

  /**
   * Everything before this offset is acknowledged.
   *
   * @return false if nobody can have that much, then nothing changes
   */
  boolean ackedTo(long offset) {
    if (offset > sent) {
      return false;
    }
    if (offset > acked) {
      acked = offset;
      while (!inFlight.isEmpty() && inFlight.getFirst() <= offset) {
        inFlight.removeFirst();
      }
    }
    return true;
  }

  /** Has every byte that there will be been acknowledged? */
  boolean delivered() {
    return end != null && acked >= last();
  }

  /** Is there nothing left to send on this connection? */
  boolean drained() {
    return end != null && sent >= last();
  }

  /**
   * Reads at a position.
   *
   * @return bytes read; 0 when there are none yet
   */
  int read(byte[] into, int length, long at) throws IOException {
    FileChannel open = channel;
    if (open == null) {
      try {
        open = FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
      } catch (NoSuchFileException _) {
        return 0; // the program was not started yet, or never
      }
      channel = open;
    }
    return Math.max(0, open.read(ByteBuffer.wrap(into, 0, length), at));
  }

  /** Is there a byte that was not sent? Errors count as yes: the read will tell. */
  boolean hasMore() {
    try {
      return (channel == null ? Files.size(file) : channel.size()) > sent;
    } catch (NoSuchFileException _) {
      return end != null && !drained();
    } catch (IOException _) {
      return true;
    }
  }

  /**
   * Bytes that should be there could not be read. An ended attempt whose output stays unreadable
   * ends all the same, and says so.
   */
  void failed(String why) {
    closeFile();
    failures++;
    if (end != null && failures >= MAX_FAILURES) {
      limit = Math.min(limit, sent);
      error = stream.fileName() + ": " + why;
    }
  }

  /** The end of the stream as it was delivered. */
  StreamEnd deliveredEnd() {
    StreamEnd known = end == null ? StreamEnd.EMPTY : end;
    long lost = Math.max(0, known.bytes() - limit);
    return lost == 0 ? known : new StreamEnd(known.bytes() - lost, known.dropped() + lost);
  }

  /** Why bytes were lost; empty if none were. */
  String error() {
    return error;
  }

  void closeFile() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException _) {
        // Only read from.
      }
      channel = null;
    }
  }
}
