package dev.hostler.agent.work;

import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.output.OutputSink;
import java.time.Instant;
import java.util.List;

/**
 * A connection to a controller as work sees it. Nothing sent on it is certain to arrive: all is
 * reported again on the next. Calls on one that is gone do nothing. Thread-safe; does not block.
 */
public interface Connection extends OutputSink {

  /** Takes this many tasks more. */
  void slots(int count);

  /** The attempt is in the ledger. */
  void accepted(AttemptId id);

  /** The program was started. */
  void running(AttemptId id, Instant startedAt);

  /**
   * System calls of a running attempt were denied. A hint that may be lost: the counts only grow,
   * and all of them come again with the end.
   */
  void denied(AttemptId id, List<Denial> denials);

  /** The attempt has ended and its output was acknowledged. */
  void ended(AttemptId id, AttemptResult result);

  /**
   * Ends the connection because the controller does not keep to the agreement.
   *
   * @param reason what it did
   */
  void fail(String reason);
}
