package dev.hostler.controller.job;

import dev.hostler.controller.denial.Denial;
import dev.hostler.controller.output.Chunk;
import java.util.List;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * What a host reports about an attempt. The sender has made sure that the attempt was given to that
 * host. The callbacks run after the commit, in the writer's thread, and must not wait.
 */
public sealed interface Report {

  /** The attempt. */
  AttemptRef ref();

  /** The job that the attempt belongs to. */
  UUID jobId();

  /** How much memory it holds, in bytes. */
  default int weight() {
    return 256;
  }

  /**
   * The program was started.
   *
   * @param ref which
   * @param jobId its job
   */
  record Started(AttemptRef ref, UUID jobId) implements Report {}

  /**
   * A piece of output.
   *
   * @param ref which
   * @param jobId its job
   * @param chunk the piece
   * @param committed told the stream's committed end: where the host goes on
   */
  record Output(AttemptRef ref, UUID jobId, Chunk chunk, LongConsumer committed) implements Report {
    @Override
    public int weight() {
      return 256 + chunk.data().length;
    }
  }

  /**
   * System calls were denied.
   *
   * @param ref which
   * @param jobId its job
   * @param denials by kind, all of them or those that are new or have grown
   */
  record Denied(AttemptRef ref, UUID jobId, List<Denial> denials) implements Report {
    /** Copies the list. */
    public Denied {
      denials = List.copyOf(denials);
    }

    @Override
    public int weight() {
      return 256 + denials.size() * 512;
    }
  }

  /**
   * The end.
   *
   * @param ref which
   * @param jobId its job
   * @param result how it ended
   * @param committed told that it is committed, or that another end was before
   */
  record Ended(AttemptRef ref, UUID jobId, AttemptResult result, Runnable committed)
      implements Report {}
}
