package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.run.CancelSignal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An attempt from its arrival to the acknowledgement of its end. Guarded by the {@link Board}. */
final class Held {
  /** How far it is. */
  enum State {
    /** In memory only. */
    ARRIVED,
    /** In the ledger. */
    ACCEPTED,
    /** Started. */
    RUNNING,
    /** Ended; the result is known. */
    ENDED
  }

  final AttemptId id;

  final CancelSignal cancel = new CancelSignal();
  State state;
  @Nullable Instant startedAt;
  @Nullable AttemptResult result;

  /** Denied calls so far, while it runs. */
  List<Denial> denials = List.of();

  /** Found in the ledger, never started: waits, with this, until a controller still wants it. */
  @Nullable Assignment waiting;

  /** No controller wants to know its end. */
  boolean unwanted;

  Held(AttemptId id, State state) {
    this.id = id;
    this.state = state;
  }
}
