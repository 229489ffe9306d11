package dev.hostler.agent.work;

import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.Offer;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.output.OutputPump;
import dev.hostler.agent.run.AttemptExecutor;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All attempts that this host answers for. Takes them on, has them run, and reports each on every
 * connection until its end was acknowledged. Thread-safe.
 */
public final class Workbench implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Workbench.class);

  private final Admission admission;
  private final Ledger ledger;
  private final AttemptExecutor executor;
  private final OutputPump pump;
  private final Board board;
  private final Courses courses;

  /**
   * @param admission decides what is taken
   * @param bootId the kernel's boot id: tells whether what ran before can still be running
   */
  public Workbench(
      Admission admission,
      Ledger ledger,
      AttemptExecutor executor,
      WorkSettings settings,
      TimeSource time,
      String bootId) {
    this.admission = admission;
    this.ledger = ledger;
    this.executor = executor;
    this.pump = new OutputPump(this::delivered);
    this.board = new Board(settings.maxParallel(), pump);
    this.courses = new Courses(admission, ledger, executor, board, pump, time, bootId);
  }

  /** What the agent still holds of an attempt, for the first frame of a connection. */
  public record HeldState(AttemptId id, boolean running, @Nullable Outcome outcome, int exitCode) {}

  /**
   * Takes up what an earlier process of this agent left. Once, before any connection.
   *
   * @throws IOException if it cannot be made sure that none of it is taken a second time
   */
  public void start() throws IOException {
    pump.start();
    Set<AttemptId> known = new LinkedHashSet<>();
    for (Ledger.Entry entry : ledger.entries()) {
      known.add(entry.assignment().id());
      admission.recovered(entry.assignment());
    }
    executor.discardAllBut(known);
    ledger.entries().forEach(courses::recover);
  }

  /** The attempts that are held, oldest first. */
  public List<HeldState> held() {
    return board.states();
  }

  /** From now on everything is reported here, beginning with how all attempts are. */
  public void connected(Connection to, Resume resume) {
    Board.Wanted wanted = board.connected(to, resume);
    wanted.forget().forEach(this::forgetSoon);
    wanted.start().forEach(one -> courses.run(one.held(), one.assignment()));
  }

  /** Nothing can be reported here any more. */
  public void disconnected(Connection from) {
    board.disconnected(from);
  }

  /** The connection may take output again. */
  public void ready() {
    pump.ready();
  }

  /** A task came. */
  public void assign(Connection from, Offer offer) {
    Held one = new Held(offer.id(), Held.State.ARRIVED);
    // Asked first: the ledger may be writing, and the board does not wait.
    boolean past = ledger.knows(one.id);
    if (board.arrive(from, one, past)) {
      courses.take(one, offer);
    }
  }

  /** Something came that does not even name an attempt: it used up a slot. */
  public void dropped(Connection from) {
    board.dropped(from);
  }

  /** An attempt is to end early. One that is not held has ended or never came. */
  public void cancel(Connection from, AttemptId id) {
    Held one = board.find(from, id);
    if (one != null) {
      log.info("attempt {} is to be cancelled", id);
      one.cancel.request();
    }
  }

  /** Output is committed. */
  public void outputAcked(Connection from, AttemptId id, StreamName stream, long offset) {
    pump.acked(from, id, stream, offset);
  }

  /** The end of an attempt is committed: it is forgotten here. */
  public void resultAcked(Connection from, AttemptId id) {
    if (board.mayForget(from, id)) {
      forgetSoon(id);
    }
  }

  /** Removing a large spool takes time that the caller does not have. */
  private void forgetSoon(AttemptId id) {
    Thread.ofVirtual().start(() -> courses.forget(id));
  }

  private void delivered(AttemptId id, StreamEnd stdout, StreamEnd stderr, String error) {
    board.delivered(id, stdout, stderr, error);
  }

  /** Takes on nothing more and reports nothing more. What runs goes on in its shims. */
  @Override
  public void close() {
    board.stop();
    pump.close();
  }
}
