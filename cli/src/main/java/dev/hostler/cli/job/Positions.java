package dev.hostler.cli.job;

import dev.hostler.proto.v1.JobOutput;
import dev.hostler.proto.v1.OutputPosition;
import dev.hostler.proto.v1.OutputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How far the output of each stream was printed, so that after a break nothing is printed twice or
 * left out. Not thread-safe.
 */
final class Positions {
  private record Stream(String taskId, OutputStream stream) {}

  private final Map<Stream, Long> next = new HashMap<>();
  private final Set<Stream> cut = new HashSet<>();

  /** What is new in a piece of output. */
  record News(int skip, long missing, long dropped) {}

  /**
   * Takes note of a piece.
   *
   * @return how many of its first bytes were printed before, how many bytes are missing before it,
   *     and how many were dropped after it, unless that was said before
   */
  News take(JobOutput output) {
    Stream stream = new Stream(output.getTaskId(), output.getStream());
    long expected = next.getOrDefault(stream, 0L);
    long end = output.getOffset() + output.getData().size();
    int skip = Math.clamp(expected - output.getOffset(), 0, output.getData().size());
    long missing = Math.max(0, output.getOffset() - expected);
    if (end > expected) {
      next.put(stream, end);
    }
    long dropped = output.getDroppedBytes() != 0 && cut.add(stream) ? output.getDroppedBytes() : 0;
    return new News(skip, missing, dropped);
  }

  /** Where to go on. */
  List<OutputPosition> all() {
    return next.entrySet().stream()
        .map(entry ->
            OutputPosition.newBuilder()
                .setTaskId(entry.getKey().taskId())
                .setStream(entry.getKey().stream())
                .setOffset(entry.getValue())
                .build())
        .toList();
  }
}
