package dev.hostler.controller.job;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Says for which hosts there may be something to hand out. Only a hint; losing one costs time,
 * never work. Thread-safe; bounded by the number of hosts.
 */
public final class WorkHints {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition hinted = lock.newCondition();
  private Set<UUID> hosts = new HashSet<>();
  private boolean all;

  /**
   * What was hinted since the last look.
   *
   * @param all every connected host; {@code hosts} is empty then
   * @param hosts these hosts
   */
  public record Hint(boolean all, Set<UUID> hosts) {
    /** Was nothing hinted? */
    public boolean isEmpty() {
      return !all && hosts.isEmpty();
    }
  }

  /** There may be work for these hosts, or they may have a slot more. */
  public void hosts(Collection<UUID> ids) {
    lock.lock();
    try {
      if (!all) {
        hosts.addAll(ids);
      }
      hinted.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** There may be work for any host. */
  public void all() {
    lock.lock();
    try {
      all = true;
      hosts.clear();
      hinted.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a hint, at most {@code millis}; then takes what there is. */
  public Hint await(long millis) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (!all && hosts.isEmpty() && left > 0) {
        left = hinted.awaitNanos(left);
      }
      Hint hint = new Hint(all, hosts);
      hosts = new HashSet<>();
      all = false;
      return hint;
    } finally {
      lock.unlock();
    }
  }
}
