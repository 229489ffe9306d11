package dev.hostler.common.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running parts of a program. Parts are started one after the other; {@link #stop} first drains
 * and then stops them, both in reverse, and so does the failure of a start. Thread-safe; parts are
 * started by one thread.
 */
public final class Lifecycle implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  private final Object lock = new Object();
  private final Deque<Part> drains = new ArrayDeque<>();
  private final Deque<Part> stops = new ArrayDeque<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean stopping;
  private volatile @Nullable Thread starter;

  /**
   * Ends a part.
   *
   * @param <T> the part
   */
  @FunctionalInterface
  public interface Stop<T> {
    /** Ends it; a failure is logged and the next part is ended. */
    void stop(T part) throws Exception;
  }

  private record Part(String name, Callable<?> action) {}

  /**
   * Starts a part.
   *
   * @param name for people: "cannot start NAME"
   * @param start makes it; when it throws, it leaves nothing behind
   * @param stop ends it
   * @return the part
   * @throws StartException if {@code start} failed, or {@link #stop} was called meanwhile; all
   *     parts are stopped then
   */
  public <T> T start(String name, Callable<T> start, Stop<? super T> stop) throws StartException {
    try {
      synchronized (lock) {
        if (stopping) {
          throw new StartException(name);
        }
        starter = Thread.currentThread();
        T part;
        try {
          part = start.call();
        } finally {
          starter = null;
        }
        stops.push(
            new Part(
                name,
                () -> {
                  stop.stop(part);
                  return part;
                }));
        LOG.debug("started {}", name);
        return part;
      }
    } catch (StartException e) {
      stop();
      throw e;
    } catch (InterruptedException e) {
      stop();
      Thread.currentThread().interrupt();
      throw new StartException(name, e);
    } catch (Exception e) {
      stop();
      throw new StartException(name, e);
    }
  }

  /** Registers what is done before anything is stopped: telling peers, ending long streams. */
  public void onDrain(String name, Runnable drain) {
    synchronized (lock) {
      drains.push(
          new Part(
              name,
              () -> {
                drain.run();
                return name;
              }));
    }
  }

  /** Drains and stops everything and returns when it is done. Idempotent. */
  public void stop() {
    stopping = true;
    Thread waiting = starter;
    if (waiting != null && !waiting.equals(Thread.currentThread())) {
      waiting.interrupt();
    }
    synchronized (lock) {
      runAll(drains, "drain");
      runAll(stops, "stop");
    }
    stopped.countDown();
  }

  private static void runAll(Deque<Part> parts, String what) {
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      try {
        part.action.call();
        LOG.debug("{} {}: done", what, part.name);
      } catch (Throwable e) { // whatever it is, the other parts are still to be ended
        LOG.error("cannot {} {}", what, part.name, e);
      }
    }
  }

  /** Same as {@link #stop}. */
  @Override
  public void close() {
    stop();
  }

  /** Waits until {@link #stop} is done. */
  public void awaitStop() throws InterruptedException {
    stopped.await();
  }

  /**
   * Stops on SIGTERM and SIGINT, and then ends the process with status 0. Call it before the first
   * part is started.
   *
   * @return to be run when the program ends by itself, so that its own exit status counts
   */
  public Runnable stopOnSignal() {
    Thread hook =
        new Thread(
            () -> {
              LOG.info("stopping");
              stop();
              // The JVM would say 143 or 130; what was asked for was done.
              Runtime.getRuntime().halt(0);
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    return () -> {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException _) {
        // already on its way
      }
    };
  }
}
