package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.Outcome;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.StreamEnd;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.output.OutputPump;
import dev.hostler.agent.run.AttemptExecutor;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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

  private final Ledger ledger;
  private final AttemptExecutor executor;
  private final WorkSettings settings;
  private final TimeSource time;
  private final String bootId;
  private final OutputPump pump;
  private final Map<AttemptId, Held> held = new LinkedHashMap<>();
  private @Nullable Connection connection;

  /** Tasks that the present controller may still send. */
  private int granted;

  private boolean stopping;

  /**
   * @param bootId the kernel's boot id: tells whether what ran before can still be running
   */
  public Workbench(
      Ledger ledger,
      AttemptExecutor executor,
      WorkSettings settings,
      TimeSource time,
      String bootId) {
    this.ledger = ledger;
    this.executor = executor;
    this.settings = settings;
    this.time = time;
    this.bootId = bootId;
    this.pump = new OutputPump(this::delivered);
  }

  /** What the agent still holds of an attempt, for the first frame of a connection. */
  public record HeldState(AttemptId id, boolean running, @Nullable Outcome outcome, int exitCode) {}

  /** Takes up what an earlier process of this agent left. Once, before any connection. */
  public void start() {
    pump.start();
    Set<AttemptId> known = new LinkedHashSet<>();
    ledger.entries().forEach(entry -> known.add(entry.assignment().id()));
    executor.discardAllBut(known);
    for (Ledger.Entry entry : ledger.entries()) {
      recover(entry);
    }
  }

  private void recover(Ledger.Entry entry) {
    Assignment assignment = entry.assignment();
    AttemptId id = assignment.id();
    Held one = new Held(id, assignment, Held.State.ACCEPTED);
    boolean sameBoot = entry.bootId().equals(bootId);
    boolean trace = executor.hasTrace(id);
    synchronized (this) {
      held.put(id, one);
      one.waits = entry.result() == null && !trace && sameBoot;
    }
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

  /** The attempts that are held, oldest first. */
  public synchronized List<HeldState> held() {
    List<HeldState> states = new ArrayList<>();
    for (Held one : held.values()) {
      AttemptResult result = one.result;
      states.add(
          new HeldState(
              one.id,
              one.state == Held.State.RUNNING,
              result == null ? null : result.outcome(),
              result == null ? 0 : result.exitCode()));
    }
    return states;
  }

  /** From now on everything is reported here, beginning with how all attempts are. */
  public void connected(Connection to, Resume resume) {
    List<Held> start = new ArrayList<>();
    synchronized (this) {
      if (stopping) {
        return;
      }
      connection = to;
      for (AttemptId id : resume.unknown()) {
        disown(id);
      }
      for (Held one : held.values()) {
        report(to, one);
        if (one.waits && !one.unwanted) {
          one.waits = false;
          start.add(one);
        }
      }
      pump.connect(to, resume.windowBytes(), resume.positions());
      granted = 0;
      topUp();
    }
    start.forEach(this::runNow);
  }

  /** Nothing can be reported here any more. */
  public synchronized void disconnected(Connection from) {
    if (from.equals(connection)) {
      connection = null;
      granted = 0;
      pump.disconnect(from);
    }
  }

  /** The connection may take output again. */
  public void ready() {
    pump.ready();
  }

  /** A task came. */
  public void assign(Connection from, Assignment assignment) {
    AttemptId id = assignment.id();
    Held one = new Held(id, assignment, Held.State.ARRIVED);
    if (!arrive(from, one)) {
      return;
    }
    String running = otherAttempt(id);
    Refusal refusal = Refusal.NONE;
    String message = "";
    if (assignment.expired(time.instant())) {
      refusal = Refusal.EXPIRED;
      message = "it was not to be started after " + assignment.expiresAt();
    } else if (assignment.work() instanceof Work.Command && !settings.commandsAllowed()) {
      refusal = Refusal.POLICY;
      message = "this host runs no plain commands (policy.commands = \"off\" in its agent.toml)";
    } else if (running != null) {
      refusal = Refusal.EXHAUSTED;
      message = "attempt " + running + " of the same task has not ended on this host";
    }
    if (refusal != Refusal.NONE) {
      end(one, notStarted(Outcome.REFUSED, refusal, message));
      return;
    }
    carry(one, () -> acceptAndRun(one, assignment));
  }

  /** Something came that names an attempt but cannot be run. */
  public void refuse(Connection from, AttemptId id, Refusal refusal, String message) {
    Held one = new Held(id, null, Held.State.ARRIVED);
    if (arrive(from, one)) {
      end(one, notStarted(Outcome.REFUSED, refusal, message));
    }
  }

  /** Something came that does not even name an attempt: it used up a slot. */
  public synchronized void dropped(Connection from) {
    if (from.equals(connection)) {
      granted = Math.max(0, granted - 1);
      topUp();
    }
  }

  /** An attempt is to end early. One that is not held has ended or never came. */
  public void cancel(Connection from, AttemptId id) {
    Held one;
    synchronized (this) {
      one = from.equals(connection) ? held.get(id) : null;
    }
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
    synchronized (this) {
      Held one = held.get(id);
      if (!from.equals(connection) || one == null) {
        return;
      }
      if (one.state != Held.State.ENDED) {
        log.warn("attempt {} has not ended, but its end was acknowledged", id);
        return;
      }
    }
    // Removing a large spool takes time that the caller does not have.
    Thread.ofVirtual().start(() -> forget(id));
  }

  /** Takes on nothing more and reports nothing more. What runs goes on in its shims. */
  @Override
  public void close() {
    synchronized (this) {
      stopping = true;
      connection = null;
    }
    pump.close();
  }

  /** True if this is new work; else what is known of it was reported again. */
  private boolean arrive(Connection from, Held one) {
    boolean past = ledger.knows(one.id); // not below: the ledger may be writing
    synchronized (this) {
      return arrive(from, one, past);
    }
  }

  private boolean arrive(Connection from, Held one, boolean past) {
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

  private synchronized @Nullable String otherAttempt(AttemptId id) {
    for (Held other : held.values()) {
      if (other.id.taskId().equals(id.taskId())
          && other.id.number() != id.number()
          && other.state != Held.State.ENDED) {
        return Integer.toString(other.id.number());
      }
    }
    return null;
  }

  private AttemptExecutor.Ended acceptAndRun(Held one, Assignment assignment)
      throws InterruptedException {
    try {
      ledger.accept(assignment, bootId);
    } catch (IOException e) {
      return notStarted(
          Outcome.REFUSED, Refusal.EXHAUSTED, "the host could not record it: " + e.getMessage());
    }
    Connection to;
    synchronized (this) {
      one.state = Held.State.ACCEPTED;
      to = connection;
    }
    if (to != null) {
      to.accepted(one.id);
    }
    return executor.run(assignment, one.cancel, progress(one));
  }

  private void runNow(Held one) {
    Assignment assignment = one.assignment;
    if (assignment != null) {
      carry(one, () -> executor.run(assignment, one.cancel, progress(one)));
    }
  }

  /** The part of an attempt that takes time. */
  private interface Course {
    AttemptExecutor.Ended run() throws InterruptedException;
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
        Connection to;
        synchronized (Workbench.this) {
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

      @Override
      public void grew(StreamName stream) {
        pump.grew(one.id, stream);
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
    boolean forgetNow;
    synchronized (this) {
      one.state = Held.State.ENDED;
      one.result = result;
      forgetNow = one.unwanted;
    }
    if (forgetNow) {
      forget(one.id);
      return;
    }
    pump.add(one.id, executor.spool(one.id), true); // changes nothing if it was started here
    pump.finish(one.id, result.stdout(), result.stderr());
  }

  private void delivered(AttemptId id, StreamEnd stdout, StreamEnd stderr, String error) {
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

  /** Reports the present state; that of an ended one follows when its output is delivered. */
  private void report(Connection to, Held one) {
    switch (one.state) {
      case ACCEPTED -> to.accepted(one.id);
      case RUNNING -> {
        if (one.startedAt != null) {
          to.running(one.id, one.startedAt);
        }
      }
      case ARRIVED, ENDED -> {}
    }
  }

  private void disown(AttemptId id) {
    Held one = held.get(id);
    if (one == null) {
      return;
    }
    log.warn("the controller does not know attempt {}: ended and forgotten", id);
    one.unwanted = true;
    pump.remove(id);
    if (one.state == Held.State.ENDED || one.waits) {
      Thread.ofVirtual().start(() -> forget(id));
    } else {
      one.cancel.request();
    }
  }

  private void forget(AttemptId id) {
    ledger.forget(id);
    pump.remove(id);
    executor.discard(id);
    synchronized (this) {
      held.remove(id);
      topUp();
    }
  }

  private void topUp() {
    int free = settings.maxParallel() - held.size() - granted;
    if (connection != null && free > 0 && !stopping) {
      granted += free;
      connection.slots(free);
    }
  }

  private AttemptExecutor.Ended notStarted(Outcome outcome, Refusal refusal, String message) {
    return new AttemptExecutor.Ended(
        AttemptResult.notStarted(outcome, refusal, message, time.instant()), false);
  }
}
