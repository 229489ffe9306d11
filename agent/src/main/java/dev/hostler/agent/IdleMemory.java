package dev.hostler.agent;

import dev.hostler.common.time.TimeSource;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Gives memory back while nothing runs: the serial collector looks at its old generation only when
 * that is full, so that an idle agent would keep what its start and its last work took for hours.
 */
final class IdleMemory implements AutoCloseable {
  private static final Duration SETTLED_AFTER = Duration.ofSeconds(5);
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final long WORTH_IT = 2 << 20;

  private final TimeSource time;
  private final BooleanSupplier idle;
  private final LongSupplier used;
  private final Runnable collect;
  private final Thread thread;

  private IdleMemory(TimeSource time, BooleanSupplier idle, LongSupplier used, Runnable collect) {
    this.time = time;
    this.idle = idle;
    this.used = used;
    this.collect = collect;
    this.thread = Thread.ofVirtual().name("idle memory").unstarted(this::run);
  }

  /**
   * Looks after this process's heap from now on.
   *
   * @param idle whether nothing runs
   */
  static IdleMemory start(TimeSource time, BooleanSupplier idle) {
    Runtime runtime = Runtime.getRuntime();
    return start(time, idle, () -> runtime.totalMemory() - runtime.freeMemory(), runtime::gc);
  }

  /**
   * As above, with another heap.
   *
   * @param used how many bytes are in use, garbage included
   * @param collect frees the garbage
   */
  static IdleMemory start(
      TimeSource time, BooleanSupplier idle, LongSupplier used, Runnable collect) {
    IdleMemory made = new IdleMemory(time, idle, used, collect);
    made.thread.start();
    return made;
  }

  private void run() {
    try {
      time.sleep(SETTLED_AFTER);
      long needed = 0;
      while (true) {
        if (idle.getAsBoolean() && used.getAsLong() > needed + WORTH_IT) {
          collect.run();
          needed = used.getAsLong();
        }
        time.sleep(EVERY);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
