package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.output.OutputPump;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which attempts are held, how far each is, which controller is told, and how many more it may
 * send. All that several threads change is here. Thread-safe; does not block.
 */
final class Board {
  private static final Logger log = LoggerFactory.getLogger(Board.class);

  private final int maxParallel;
  private final OutputPump pump;
  private final Map<AttemptId, Held> held = new LinkedHashMap<>();
  private @Nullable Connection connection;

  /** Tasks that the present controller may still send. */
  private int granted;

  private boolean stopping;

  Board(int maxParallel, OutputPump pump) {
    this.maxParallel = maxParallel;
    this.pump = pump;
  }

  /** An attempt that waited and is wanted. */
  record Waited(Held held, Assignment assignment) {}

  /**
   * What follows from a new connection.
   *
   * @param start to be run now
   * @param forget to be forgotten
   */
  record Wanted(List<Waited> start, List<AttemptId> forget) {
    static final Wanted NOTHING = new Wanted(List.of(), List.of());
  }

  /** Takes up an attempt that an earlier process of this agent accepted. */
  synchronized void recovered(Held one, @Nullable Assignment waiting) {
    one.waiting = waiting;
    held.put(one.id, one);
  }

  synchronized List<Workbench.HeldState> states() {
    List<Workbench.HeldState> states = new ArrayList<>();
    for (Held one : held.values()) {
      AttemptResult result = one.result;
      states.add(
          new Workbench.HeldState(
              one.id,
              one.state == Held.State.RUNNING,
              result == null ? null : result.outcome(),
              result == null ? 0 : result.exitCode()));
    }
    return states;
  }

  /** Reports how all attempts are, and from now on everything, on this connection. */
  synchronized Wanted connected(Connection to, Resume resume) {
    if (stopping) {
      return Wanted.NOTHING;
    }
    connection = to;
    Wanted wanted = new Wanted(new ArrayList<>(), new ArrayList<>());
    for (AttemptId id : resume.unknown()) {
      if (disown(id)) {
        wanted.forget().add(id);
      }
    }
    for (Held one : held.values()) {
      report(to, one);
      Assignment waiting = one.waiting;
      if (waiting != null && !one.unwanted) {
        one.waiting = null;
        wanted.start().add(new Waited(one, waiting));
      }
    }
    pump.connect(to, resume.windowBytes(), resume.positions());
    granted = 0;
    topUp();
    return wanted;
  }

  /** True if it is to be forgotten now; else it is told to end first. */
  private boolean disown(AttemptId id) {
    Held one = held.get(id);
    if (one == null) {
      return false;
    }
    log.warn("the controller does not know attempt {}: ended and forgotten", id);
    one.unwanted = true;
    pump.remove(id);
    if (one.state == Held.State.ENDED || one.waiting != null) {
      return true;
    }
    one.cancel.request();
    return false;
  }

  synchronized void disconnected(Connection from) {
    if (from.equals(connection)) {
      connection = null;
      granted = 0;
      pump.disconnect(from);
    }
  }

  /** True if this is new work; else what is known of it was reported again. */
  synchronized boolean arrive(Connection from, Held one, boolean past) {
    if (!from.equals(connection) || stopping) {
      return false;
    }
    if (granted <= 0) {
      from.fail("it sent attempt " + one.id + " without a slot");
      return false;
    }
    granted--;
    Held known = held.get(one.id);
    if (known != null || past) {
      log.warn("attempt {} came again, dropped", one.id);
      if (known != null) {
        report(from, known);
        if (known.state == Held.State.ENDED) {
          pump.tellAgain(one.id);
        }
      }
      topUp();
      return false;
    }
    held.put(one.id, one);
    return true;
  }

  /** A slot was used up by something that names no attempt. */
  synchronized void dropped(Connection from) {
    if (from.equals(connection)) {
      granted = Math.max(0, granted - 1);
      topUp();
    }
  }

  /** Number of another attempt of the same task that has not ended; null: there is none. */
  synchronized @Nullable String otherAttempt(AttemptId id) {
    for (Held other : held.values()) {
      if (other.id.taskId().equals(id.taskId())
          && other.id.number() != id.number()
          && other.state != Held.State.ENDED) {
        return Integer.toString(other.id.number());
      }
    }
    return null;
  }

  /** The attempt, if this connection may speak of it; null if it is not held. */
  synchronized @Nullable Held find(Connection from, AttemptId id) {
    return from.equals(connection) ? held.get(id) : null;
  }

  /** Is its end known and may this connection have it forgotten? */
  synchronized boolean mayForget(Connection from, AttemptId id) {
    Held one = find(from, id);
    if (one != null && one.state != Held.State.ENDED) {
      log.warn("attempt {} has not ended, but its end was acknowledged", id);
      return false;
    }
    return one != null;
  }

  /** It is in the ledger. */
  void accepted(Held one) {
    Connection to;
    synchronized (this) {
      one.state = Held.State.ACCEPTED;
      to = connection;
    }
    if (to != null) {
      to.accepted(one.id);
    }
  }

  /** Its program was started. */
  void started(Held one, Path spool, boolean rings, Instant at) {
    Connection to;
    synchronized (this) {
      if (one.state != Held.State.ENDED) {
        one.state = Held.State.RUNNING;
      }
      one.startedAt = at;
      to = connection;
    }
    if (to != null) {
      to.running(one.id, at);
    }
    pump.add(one.id, spool, rings);
  }

  /**
   * System calls of it were denied.
   *
   * @param all since its start
   * @param news those that were not told yet
   */
  void denied(Held one, List<Denial> all, List<Denial> news) {
    Connection to;
    synchronized (this) {
      one.denials = all;
      to = one.state == Held.State.RUNNING ? connection : null;
    }
    if (to != null) {
      to.denied(one.id, news);
    }
  }

  /** It has ended; true if nobody wants to know. */
  synchronized boolean ended(Held one, AttemptResult result) {
    one.state = Held.State.ENDED;
    one.result = result;
    one.denials = List.of();
    return one.unwanted;
  }

  /** All output of an ended attempt is acknowledged: tells its end. */
  void delivered(AttemptId id, StreamEnd stdout, StreamEnd stderr, String error) {
    Connection to;
    AttemptResult result;
    synchronized (this) {
      Held one = held.get(id);
      to = connection;
      result = one == null ? null : one.result;
    }
    if (to != null && result != null) {
      to.ended(id, result.withOutput(stdout, stderr, error));
    }
  }

  synchronized void forget(AttemptId id) {
    held.remove(id);
    topUp();
  }

  synchronized void stop() {
    stopping = true;
    connection = null;
  }

  /** Reports the present state; that of an ended one follows when its output is delivered. */
  private static void report(Connection to, Held one) {
    switch (one.state) {
      case ACCEPTED -> to.accepted(one.id);
      case RUNNING -> {
        if (one.startedAt != null) {
          to.running(one.id, one.startedAt);
        }
        if (!one.denials.isEmpty()) {
          to.denied(one.id, one.denials);
        }
      }
      case ARRIVED, ENDED -> {}
    }
  }

  private void topUp() {
    int free = maxParallel - held.size() - granted;
    if (connection != null && free > 0 && !stopping) {
      granted += free;
      connection.slots(free);
    }
  }
}
