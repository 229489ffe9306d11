package dev.hostler.agent.usage;

import dev.hostler.agent.sandbox.cgroup.Cgroup;
import dev.hostler.common.time.TimeSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples what runs on this host, on a thread of its own: nothing that runs waits for it. While
 * nothing runs it looks only as often as it reports. Thread-safe.
 */
public final class UsageSampler implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(UsageSampler.class);
  private static final int SCRATCH = 64 << 10;

  private final UsageSettings settings;
  private final HostMeter host;
  private final TimeSource time;
  private final Map<String, AttemptMeter> meters = new ConcurrentHashMap<>();
  private final Semaphore change = new Semaphore(0);
  private volatile Consumer<UsageReport> listener = _ -> {};
  private volatile long wantedEvery;
  private volatile long wantedUntil;
  private @Nullable Thread thread;

  /**
   * Makes a sampler that is not running yet.
   *
   * @param state a path on the file system whose use is told
   */
  public UsageSampler(UsageSettings settings, Path state, TimeSource time) {
    this.settings = settings;
    this.time = time;
    this.host = new HostMeter(Path.of("/"), state, time.nanoTime());
  }

  /** From now on reports go there; it is called on the sampler's thread and must not wait. */
  public void onReport(Consumer<UsageReport> to) {
    listener = to;
  }

  /** Begins to sample. */
  public void start() {
    thread = Thread.ofPlatform().daemon().name("usage").start(this::run);
  }

  /**
   * Somebody watches: reports more often for a while.
   *
   * @param every how often; not below how often is sampled
   * @param until for how long
   */
  public void watch(Duration every, Duration until) {
    wantedEvery = every.toNanos();
    wantedUntil = time.nanoTime() + until.toNanos();
    change.release();
  }

  /**
   * An attempt runs, or is about to.
   *
   * @param known did it run before this process of the agent was started?
   */
  public void add(String attempt, Cgroup group, boolean known) {
    meters.computeIfAbsent(attempt, _ -> new AttemptMeter(group, time.nanoTime(), known));
    change.release();
  }

  /** Nothing of it runs any more, and its group is still there; may come before {@link #add}. */
  public void emptied(String attempt, Cgroup group) {
    meters.computeIfAbsent(attempt, _ -> new AttemptMeter(group, time.nanoTime(), false)).finish();
  }

  /** Its use; forgets it. */
  public UsageSummary remove(String attempt) {
    AttemptMeter meter = meters.remove(attempt);
    return meter == null ? UsageSummary.UNKNOWN : meter.close();
  }

  private void run() {
    ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
    long reportedAt = time.nanoTime();
    long sampledAt = reportedAt;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        long now = time.nanoTime();
        long report = reportedAt + reportEvery(now) - now;
        long sample =
            meters.isEmpty() ? report : sampledAt + settings.sampleEvery().toNanos() - now;
        if (report > 0 && sample > 0) {
          pause(Math.min(report, sample));
          continue;
        }
        sampledAt = now;
        sample(scratch);
        if (report <= 0) {
          reportedAt = now;
          report();
        }
      }
    } catch (InterruptedException _) {
      log.debug("no longer sampling");
    }
  }

  private long reportEvery(long now) {
    long usual = settings.reportEvery().toNanos();
    return now - wantedUntil < 0 && wantedEvery > 0
        ? Math.min(usual, Math.max(wantedEvery, settings.sampleEvery().toNanos()))
        : usual;
  }

  private void pause(long nanos) throws InterruptedException {
    var _ = change.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    change.drainPermits();
  }

  /** Looks at everything that runs once. */
  public void sample(ByteBuffer scratch) {
    for (Map.Entry<String, AttemptMeter> one : meters.entrySet()) {
      try {
        one.getValue().sample(time.nanoTime(), scratch);
      } catch (RuntimeException e) {
        log.warn("attempt {}: not sampled", one.getKey(), e);
      }
    }
  }

  private void report() {
    try {
      host.sample();
      long now = time.nanoTime();
      Map<String, UsageWindow> windows = new HashMap<>();
      meters.forEach((attempt, meter) -> windows.put(attempt, meter.window(now)));
      listener.accept(new UsageReport(host.window(now), windows));
    } catch (RuntimeException e) {
      log.warn("use is not reported", e);
    }
  }

  @Override
  public void close() {
    Thread sampler = thread;
    if (sampler != null) {
      sampler.interrupt();
    }
  }
}
