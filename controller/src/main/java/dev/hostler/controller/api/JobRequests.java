package dev.hostler.controller.api;

import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.job.JobRequest;
import dev.hostler.controller.job.JobState;
import dev.hostler.controller.job.JobWatch;
import dev.hostler.controller.output.Stream;
import dev.hostler.proto.v1.OutputPosition;
import dev.hostler.proto.v1.SealedKey;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.trust.job.SignedJob;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Requests about jobs, translated. */
final class JobRequests {
  private JobRequests() {}

  static JobRequest submit(String caller, SubmitJobRequest request) {
    return new JobRequest(
        caller,
        new SignedJob(
            request.getJob().getStatement().toByteArray(),
            request.getJob().getSignature().toByteArray()),
        request.getHostIdsList(),
        request.getIdempotencyKey(),
        sealedKeys(request.getSealedKeysList()));
  }

  private static Map<String, byte[]> sealedKeys(List<SealedKey> given) {
    Map<String, byte[]> keys = new HashMap<>();
    for (SealedKey key : given) {
      if (keys.put(key.getHostId(), key.getWrapped().toByteArray()) != null) {
        throw RequestException.invalid("sealed_keys.host_id", key.getHostId(), "it is there twice");
      }
    }
    return keys;
  }

  /** An id in a request. */
  static UUID id(String field, String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw RequestException.invalid(field, text, "it is not an id; see `hostler job list`");
    }
  }

  static @Nullable JobState state(dev.hostler.proto.v1.JobState state) {
    return switch (state) {
      case JOB_STATE_UNSPECIFIED -> null;
      case JOB_STATE_RUNNING -> JobState.RUNNING;
      case JOB_STATE_SUCCEEDED -> JobState.SUCCEEDED;
      case JOB_STATE_FAILED -> JobState.FAILED;
      case JOB_STATE_CANCELLED -> JobState.CANCELLED;
      case UNRECOGNIZED -> throw RequestException.invalid("state", state, "there is no such state");
    };
  }

  static Stream stream(String field, int number) {
    try {
      return Stream.of(number);
    } catch (IllegalArgumentException e) {
      throw RequestException.invalid(field, number, "give 1 (stdout) or 2 (stderr)");
    }
  }

  static Map<JobWatch.TaskStream, Long> positions(List<OutputPosition> positions) {
    Map<JobWatch.TaskStream, Long> from = new HashMap<>();
    for (OutputPosition position : positions) {
      if (position.getOffset() < 0) {
        throw RequestException.invalid(
            "positions.offset", Long.toUnsignedString(position.getOffset()), "give an offset");
      }
      from.put(
          new JobWatch.TaskStream(
              id("positions.task_id", position.getTaskId()),
              stream("positions.stream", position.getStreamValue())),
          position.getOffset());
    }
    return from;
  }
}
