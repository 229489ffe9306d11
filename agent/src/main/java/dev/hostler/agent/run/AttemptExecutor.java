package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.denial.Denial;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Runs attempts, and finds again those that an earlier process of this agent ran. Thread-safe. */
public interface AttemptExecutor {

  /**
   * Runs an attempt that was never started, to its end.
   *
   * @param cancel ends it early
   * @param progress told about the start and about output, before this returns
   * @return how it ended; every failure is a result, too. When this returns, or throws anything but
   *     InterruptedException, no process of the attempt is left
   * @throws InterruptedException if the agent stops; the attempt goes on without it
   */
  Ended run(Assignment assignment, CancelSignal cancel, Progress progress)
      throws InterruptedException;

  /** Is there a trace of this attempt on this host? If not, nothing of it was ever started. */
  boolean hasTrace(AttemptId id);

  /** Where the spool files of an attempt are, or would be. */
  Path spool(AttemptId id);

  /**
   * Takes up an attempt of which there is a trace, to its end.
   *
   * @param sameBoot has the host not been restarted since it was accepted?
   * @throws InterruptedException if the agent stops; the attempt goes on without it
   */
  Ended reattach(Assignment assignment, boolean sameBoot, CancelSignal cancel, Progress progress)
      throws InterruptedException;

  /** Removes all traces of an ended attempt. Failures are logged. */
  void discard(AttemptId id);

  /** Removes all traces of attempts other than these; called before anything is started. */
  void discardAllBut(Set<AttemptId> known);

  /**
   * The end of an attempt.
   *
   * @param result how it ended
   * @param recorded is the end on stable storage already, in the sandbox's own record?
   */
  record Ended(AttemptResult result, boolean recorded) {}

  /** Told about a running attempt. */
  interface Progress {
    /**
     * The program was started. Comes before any {@link #grew}.
     *
     * @param spool directory of its spool files
     * @param rings does {@link #grew} follow?
     */
    void started(Path spool, boolean rings, Instant at);

    /** There is more output. */
    void grew(StreamName stream);

    /**
     * System calls were denied.
     *
     * @param all since the start
     * @param news those among them that are new, or have grown in number
     */
    void denied(List<Denial> all, List<Denial> news);
  }
}
