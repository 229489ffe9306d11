package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Offer;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.output.OutputPump;
import dev.hostler.agent.run.AttemptExecutor;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries each attempt from its arrival to its end: verified, recorded, run, settled. Thread-safe.
 */
final class Courses {
  private static final Logger log = LoggerFactory.getLogger(Courses.class);

  private final Admission admission;
  private final Ledger ledger;
  private final AttemptExecutor executor;
  private final Board board;
  private final OutputPump pump;
  private final TimeSource time;
  private final String bootId;

  Courses(
      Admission admission,
      Ledger ledger,
      AttemptExecutor executor,
      Board board,
      OutputPump pump,
      TimeSource time,
      String bootId) {
    this.admission = admission;
    this.ledger = ledger;
    this.executor = executor;
    this.board = board;
    this.pump = pump;
    this.time = time;
    this.bootId = bootId;
  }

  /** The part of an attempt that takes time. */
  private interface Course {
    AttemptExecutor.Ended run() throws InterruptedException;
  }

  /** Takes up what is in the ledger. What was verified before it was recorded is not again. */
  void recover(Ledger.Entry entry) {
    Assignment assignment = entry.assignment();
    AttemptId id = assignment.id();
    Held one = new Held(id, Held.State.ACCEPTED);
    boolean sameBoot = entry.bootId().equals(bootId);
    boolean trace = executor.hasTrace(id);
    boolean waits = entry.result() == null && !trace && sameBoot;
    board.recovered(one, waits ? assignment : null);
    if (entry.result() != null) {
      log.info("attempt {} had ended, its end was not acknowledged", id);
      settle(one, entry.result());
    } else if (trace) {
      log.info("attempt {} is taken up again", id);
      carry(one, () -> executor.reattach(assignment, sameBoot, one.cancel, progress(one)));
    } else if (!sameBoot) {
      end(
          one,
          notStarted(
              Outcome.SANDBOX_FAILED,
              Refusal.NONE,
              "the host was restarted after it accepted this; it is not known whether the program"
                  + " had been started"));
    }
  }

  /** Verifies what arrived, and runs it. */
  void take(Held one, Offer offer) {
    carry(one, () -> admitAndRun(one, offer));
  }

  /** Runs what was recorded. */
  void run(Held one, Assignment assignment) {
    carry(one, () -> executor.run(assignment, one.cancel, progress(one)));
  }

  private AttemptExecutor.Ended admitAndRun(Held one, Offer offer) throws InterruptedException {
    String other = board.otherAttempt(one.id);
    if (other != null) {
      return notStarted(
          Outcome.REFUSED,
          Refusal.EXHAUSTED,
          "attempt " + other + " of the same task has not ended on this host");
    }
    Assignment assignment;
    try {
      assignment = admission.admit(offer);
    } catch (RefusedException e) {
      return notStarted(Outcome.REFUSED, e.refusal(), e.getMessage());
    }
    try {
      accept(assignment);
    } catch (IOException e) {
      return notStarted(
          Outcome.REFUSED, Refusal.EXHAUSTED, "the host could not record it: " + e.getMessage());
    }
    board.accepted(one);
    return executor.run(assignment, one.cancel, progress(one));
  }

  /** In the ledger first: what is remembered as taken is also answered for. */
  private void accept(Assignment assignment) throws IOException {
    try {
      ledger.accept(assignment, bootId);
    } catch (IOException e) {
      admission.dropped(assignment);
      throw e;
    }
    admission.taken(assignment);
  }

  private void carry(Held one, Course course) {
    Thread.ofVirtual()
        .name("attempt-" + one.id)
        .start(() -> {
          try {
            end(one, course.run());
          } catch (InterruptedException _) {
            log.info("attempt {} goes on without this process", one.id);
          } catch (RuntimeException | Error e) {
            log.error("attempt {}", one.id, e);
            end(one, notStarted(Outcome.SANDBOX_FAILED, Refusal.NONE, "agent failed: " + e));
          }
        });
  }

  private AttemptExecutor.Progress progress(Held one) {
    return new AttemptExecutor.Progress() {
      @Override
      public void started(Path spool, boolean rings, Instant at) {
        board.started(one, spool, rings, at);
      }

      @Override
      public void grew(StreamName stream) {
        pump.grew(one.id, stream);
      }

      @Override
      public void denied(List<Denial> all, List<Denial> news) {
        board.denied(one, all, news);
      }
    };
  }

  private void end(Held one, AttemptExecutor.Ended ended) {
    AttemptResult result = ended.result();
    log.info(
        "attempt {} ended: {} {}{}",
        one.id,
        result.outcome(),
        result.outcome() == Outcome.EXITED ? result.exitCode() : result.message(),
        result.refusal() == Refusal.NONE ? "" : " (" + result.refusal() + ")");
    ledger.end(one.id, result, !ended.recorded());
    settle(one, result);
  }

  private void settle(Held one, AttemptResult result) {
    if (board.ended(one, result)) {
      forget(one.id);
      return;
    }
    pump.add(one.id, executor.spool(one.id), true); // changes nothing if it was started here
    pump.finish(one.id, result.stdout(), result.stderr());
  }

  /** Removes all that is left of an ended attempt. */
  void forget(AttemptId id) {
    ledger.forget(id);
    pump.remove(id);
    executor.discard(id);
    board.forget(id);
  }

  private AttemptExecutor.Ended notStarted(Outcome outcome, Refusal refusal, String message) {
    return new AttemptExecutor.Ended(
        AttemptResult.notStarted(outcome, refusal, message, time.instant()), false);
  }
}
