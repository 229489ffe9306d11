package dev.hostler.controller.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/** Which refusals were written lately, and how often each came again. Bounded. Thread-safe. */
final class RecentRefusals {
  private static final int MOST_KINDS = 1000;

  private final Duration window;
  private final Map<Kind, Seen> seen;

  /** What makes two refusals the same. */
  record Kind(String actor, String verb, String subject, String reason) {}

  private static final class Seen {
    final Instant written;
    long more;

    Seen(Instant written) {
      this.written = written;
    }
  }

  /**
   * @param window for how long the same refusal is only counted
   * @param forgotten told of counts of which the kind is forgotten
   */
  RecentRefusals(Duration window, LongConsumer forgotten) {
    this.window = window;
    this.seen =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Kind, Seen> eldest) {
            if (size() <= MOST_KINDS) {
              return false;
            }
            forgotten.accept(eldest.getValue().more);
            return true;
          }
        };
  }

  /**
   * Is this one to be written?
   *
   * @return how often it came since it was written last; empty: only counted
   */
  synchronized OptionalLong first(Kind kind, Instant now) {
    Seen before = seen.get(kind);
    if (before != null && now.isBefore(before.written.plus(window))) {
      before.more++;
      return OptionalLong.empty();
    }
    seen.remove(kind);
    seen.put(kind, new Seen(now));
    return OptionalLong.of(before == null ? 0 : before.more);
  }

  /** Forgets those whose time is over, and returns the counts of those that came again. */
  synchronized Map<Kind, Long> over(Instant now) {
    Map<Kind, Long> counts = new LinkedHashMap<>();
    for (Iterator<Map.Entry<Kind, Seen>> all = seen.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Kind, Seen> one = all.next();
      if (!now.isBefore(one.getValue().written.plus(window))) {
        if (one.getValue().more > 0) {
          counts.put(one.getKey(), one.getValue().more);
        }
        all.remove();
      }
    }
    return counts;
  }
}
