package dev.hostler.controller.schedule;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.job.Assignment;
import dev.hostler.controller.job.Claims;
import dev.hostler.controller.job.Dispatcher;
import dev.hostler.controller.job.Dispatcher.Slots;
import dev.hostler.controller.job.WorkHints;
import dev.hostler.controller.job.WorkMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one loop that hands out work: woken by hints, it claims for the hosts that are connected here
 * and have slots, many hosts in one transaction, and dispatches. A slow poll makes up for lost
 * hints.
 */
public final class Scheduler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
  private static final int HOSTS_AT_ONCE = 1000;

  private final Claims claims;
  private final Dispatcher dispatcher;
  private final WorkHints hints;
  private final WorkMetrics metrics;
  private final TimeSource time;
  private final Duration poll;
  private @Nullable Thread thread;

  /**
   * A scheduler that is not running yet.
   *
   * @param poll how long to wait at most for a hint
   */
  public Scheduler(
      Claims claims,
      Dispatcher dispatcher,
      WorkHints hints,
      WorkMetrics metrics,
      TimeSource time,
      Duration poll) {
    this.claims = claims;
    this.dispatcher = dispatcher;
    this.hints = hints;
    this.metrics = metrics;
    this.time = time;
    this.poll = poll;
  }

  /** Begins to hand out. */
  public void start() {
    thread = Thread.ofPlatform().name("scheduler").start(this::run);
  }

  /** Stops; a claim under way is finished first. Idempotent. */
  @Override
  public void close() {
    Thread loop = thread;
    if (loop != null) {
      loop.interrupt();
      try {
        loop.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        WorkHints.Hint hint = hints.await(poll.toMillis());
        handOut(hint.all() || hint.isEmpty() ? dispatcher.slots() : dispatcher.slots(hint.hosts()));
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.warn("handing out failed; trying again at the next hint or poll", e);
      }
    }
  }

  /** Claims for these hosts until they have no slot left or there is nothing for them. */
  void handOut(Map<UUID, Slots> slots) {
    Iterator<Map.Entry<UUID, Slots>> hosts = slots.entrySet().iterator();
    while (hosts.hasNext()) {
      Map<UUID, Slots> some = new HashMap<>();
      while (hosts.hasNext() && some.size() < HOSTS_AT_ONCE) {
        Map.Entry<UUID, Slots> next = hosts.next();
        some.put(next.getKey(), next.getValue());
      }
      while (!some.isEmpty()) {
        some = claim(some);
      }
    }
  }

  /** Claims and dispatches once; gives what is worth another try. */
  private Map<UUID, Slots> claim(Map<UUID, Slots> slots) {
    Map<UUID, Integer> free = new HashMap<>();
    slots.forEach((host, offered) -> free.put(host, offered.free()));
    Claims.Claimed claimed = claims.claim(free);
    List<Assignment> unsent = new ArrayList<>();
    for (Assignment assignment : claimed.assignments()) {
      Slots offered = slots.get(assignment.hostId());
      if (offered != null && dispatcher.assign(offered.session(), assignment)) {
        metrics.dispatched(Duration.between(assignment.createdAt(), time.instant()));
      } else {
        unsent.add(assignment);
      }
    }
    if (!unsent.isEmpty()) {
      claims.release(unsent);
    }
    return claimed.more() ? dispatcher.slots(slots.keySet()) : Map.of();
  }
}
