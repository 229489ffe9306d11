package dev.hostler.controller.job;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tells watchers in this process that something was committed. A hint: the tables are the truth,
 * and a watcher looks at them from time to time without being told. Thread-safe.
 */
public final class JobChanges {
  private final Map<UUID, List<Subscription>> subscriptions = new ConcurrentHashMap<>();

  /** Tasks of a job reached another state, or were committed. */
  public void tasksChanged(UUID jobId, Collection<UUID> taskIds) {
    for (Subscription subscription : subscriptions.getOrDefault(jobId, List.of())) {
      subscription.add(taskIds);
    }
  }

  /** Something about the job itself changed. */
  public void jobChanged(UUID jobId) {
    tasksChanged(jobId, List.of());
  }

  /** Output of a task was committed. */
  public void outputCommitted(UUID jobId, UUID taskId) {
    tasksChanged(jobId, List.of(taskId));
  }

  /** Begins to listen; what is committed from here on is told. */
  public Subscription subscribe(UUID jobId) {
    Subscription subscription = new Subscription(jobId);
    subscriptions.compute(
        jobId,
        (_, list) -> {
          List<Subscription> all = list == null ? new CopyOnWriteArrayList<>() : list;
          all.add(subscription);
          return all;
        });
    return subscription;
  }

  /** How many watchers there are. */
  public int watched() {
    return subscriptions.values().stream().mapToInt(List::size).sum();
  }

  /** What one watcher is told. Holds at most one entry for each task of the job. */
  public final class Subscription implements AutoCloseable {
    private final UUID jobId;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition told = lock.newCondition();
    private final Set<UUID> tasks = ConcurrentHashMap.newKeySet();
    private boolean signalled;

    private Subscription(UUID jobId) {
      this.jobId = jobId;
    }

    /** Tells the waiter about these tasks. */
    void add(Collection<UUID> taskIds) {
      lock.lock();
      try {
        tasks.addAll(taskIds);
        signalled = true;
        told.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /** Wakes the waiter, to look at something of its own. */
    public void wake() {
      add(List.of());
    }

    /**
     * Waits until something was told since the last call, at most {@code millis}.
     *
     * @return the tasks concerned; null if the time passed without a word
     */
    public @Nullable Set<UUID> await(long millis) throws InterruptedException {
      lock.lock();
      try {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        while (!signalled) {
          if (left <= 0) {
            return null;
          }
          left = told.awaitNanos(left);
        }
        signalled = false;
        Set<UUID> taken = Set.copyOf(tasks);
        tasks.clear();
        return taken;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      subscriptions.computeIfPresent(
          jobId,
          (_, list) -> {
            list.remove(this);
            return list.isEmpty() ? null : list;
          });
    }
  }
}
