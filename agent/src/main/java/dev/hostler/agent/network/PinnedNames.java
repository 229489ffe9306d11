package dev.hostler.agent.network;

import dev.hostler.common.time.TimeSource;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Names that an attempt asked for, with the addresses that they had the first time: whoever rules
 * over a name cannot have it lead elsewhere while the attempt runs. Thread-safe.
 */
final class PinnedNames {
  /** So long a name without an address is not asked for again. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final NameLookup lookup;
  private final TimeSource time;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  /** One name. Its lock is held during its lookup. */
  private static final class Entry {
    private @Nullable List<InetAddress> addresses;
    private String failure = "";
    private long failedAt;
  }

  /**
   * Makes one.
   *
   * @param known from before
   */
  PinnedNames(NameLookup lookup, TimeSource time, Map<String, List<InetAddress>> known) {
    this.lookup = lookup;
    this.time = time;
    known.forEach((name, addresses) -> {
      Entry entry = new Entry();
      entry.addresses = List.copyOf(addresses);
      entries.put(name, entry);
    });
  }

  /**
   * Its addresses, looked up at the first time.
   *
   * @param name one that was declared: there are as many entries as names
   * @throws UnknownHostException if it has none as far as is known
   */
  List<InetAddress> of(String name) throws UnknownHostException, InterruptedException {
    Entry entry = entries.computeIfAbsent(name, _ -> new Entry());
    synchronized (entry) {
      if (entry.addresses != null) {
        return entry.addresses;
      }
      long now = time.nanoTime();
      if (!entry.failure.isEmpty() && now - entry.failedAt < RETRY.toNanos()) {
        throw new UnknownHostException(entry.failure);
      }
      try {
        List<InetAddress> found = List.copyOf(lookup.lookup(name));
        entry.addresses = found;
        return found;
      } catch (UnknownHostException e) {
        entry.failure = String.valueOf(e.getMessage());
        entry.failedAt = time.nanoTime();
        throw e;
      }
    }
  }

  /** What is pinned. */
  Map<String, List<InetAddress>> pinned() {
    Map<String, List<InetAddress>> pinned = new TreeMap<>();
    entries.forEach((name, entry) -> {
      synchronized (entry) {
        if (entry.addresses != null) {
          pinned.put(name, entry.addresses);
        }
      }
    });
    return pinned;
  }
}
