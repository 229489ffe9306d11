package dev.hostler.common.lifecycle;

import dev.hostler.common.time.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does one thing again and again in a thread of its own: at once, and then with a pause after each
 * time. A failure is logged and ends nothing. Thread-safe.
 */
public final class Periodic implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Periodic.class);

  private final String name;
  private final Duration pause;
  private final Work work;
  private final TimeSource time;
  private @Nullable Thread thread;

  /** What is done. */
  @FunctionalInterface
  public interface Work {
    /**
     * Does it once.
     *
     * @throws InterruptedException if it is to end
     */
    void run() throws InterruptedException;
  }

  /**
   * Not running yet.
   *
   * @param name of the thread, and for the log
   * @param pause between the end of one time and the start of the next
   */
  public Periodic(String name, Duration pause, Work work, TimeSource time) {
    this.name = name;
    this.pause = pause;
    this.work = work;
    this.time = time;
  }

  /** Begins; once. */
  public synchronized void start() {
    if (thread != null) {
      throw new IllegalStateException(name + " was started before");
    }
    thread = Thread.ofPlatform().name(name).daemon().start(this::loop);
  }

  private void loop() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          work.run();
        } catch (RuntimeException e) {
          LOG.warn("{} failed; trying again in {}", name, pause, e);
        }
        time.sleep(pause);
      }
    } catch (InterruptedException _) {
      LOG.debug("{} ends", name);
    }
  }

  /** Ends it, and waits until it has ended. Idempotent; may come before the start. */
  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      running = thread;
    }
    if (running == null) {
      return;
    }
    running.interrupt();
    try {
      running.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
