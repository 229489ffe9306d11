package dev.hostler.controller.host;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Notices;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.trust.secret.SignedSealingKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What can be asked of and done to hosts. Thread-safe. */
public final class HostService implements AutoCloseable {
  private static final String CHANNEL = "hostler_hosts";
  private static final int BATCH = 500;

  private final Database database;
  private final HostStore hosts;
  private final LabelStore labels = new LabelStore();
  private final SealingKeyStore sealingKeys = new SealingKeyStore();
  private final AuditStore audit;
  private final HostConnections connections;
  private final TimeSource clock;
  private final List<HostRemovalListener> removalListeners = new CopyOnWriteArrayList<>();
  private @Nullable Notices notices;

  /** Knows by {@code connections} which hosts are connected. */
  public HostService(
      Database database,
      HostStore hosts,
      AuditStore audit,
      HostConnections connections,
      TimeSource clock) {
    this.database = database;
    this.hosts = hosts;
    this.audit = audit;
    this.connections = connections;
    this.clock = clock;
  }

  /** Begins to listen to other controllers: hosts that they remove are disconnected here, too. */
  public void start() {
    notices = database.listen(CHANNEL, this::removedElsewhere, clock);
  }

  private void removedElsewhere(String notice) {
    if (notice.equals(Notices.MISSED)) {
      connections.connected().stream()
          .filter(host -> find(host).isEmpty())
          .forEach(connections::disconnect);
    } else {
      id(notice).ifPresent(connections::disconnect);
    }
  }

  /** Stops listening. Idempotent. */
  @Override
  public void close() {
    Notices open = notices;
    if (open != null) {
      open.close();
    }
  }

  /** From now on, {@code listener} is called in the transaction of each removal. */
  public void onRemoval(HostRemovalListener listener) {
    removalListeners.add(listener);
  }

  /** Is its agent connected now? */
  public boolean isConnected(UUID hostId) {
    return connections.isConnected(hostId);
  }

  /**
   * Hosts that a selector means now, by name.
   *
   * @param after only names greater than this; "" for all
   */
  public List<Host> list(HostSelector selector, String after, int limit) {
    return database.transact(transaction -> {
      List<Host> found = new ArrayList<>();
      String last = after;
      while (found.size() < limit) {
        List<Host> batch = hosts.page(transaction, last, BATCH);
        batch.stream()
            .filter(host -> selector.matches(host, connections.isConnected(host.id())))
            .limit(limit - found.size())
            .forEach(found::add);
        if (batch.size() < BATCH) {
          break;
        }
        last = batch.getLast().name();
      }
      return found;
    });
  }

  /**
   * A host by id or name.
   *
   * @throws RequestException NOT_FOUND
   */
  public Host get(String idOrName) {
    return database.transact(transaction -> get(transaction, idOrName));
  }

  /** {@link #get(String)} in a transaction. */
  public Host get(Transaction transaction, String idOrName) {
    String key = idOrName.toLowerCase(Locale.ROOT);
    Optional<Host> host =
        id(key)
            .flatMap(id -> hosts.find(transaction, id))
            .or(() -> hosts.findByName(transaction, key));
    return host.orElseThrow(() ->
        RequestException.notFound(
            "host",
            idOrName,
            "the fleet has no such host; see `hostler host list` for ids and names"));
  }

  /**
   * Hosts that reported to hold a bundle, by name.
   *
   * @param digest SHA-256 of its manifest, in hex
   */
  public List<Host> holding(String digest) {
    return database.transact(transaction -> hosts.holding(transaction, digest));
  }

  /** A host by id; empty when unknown or removed. */
  public Optional<Host> find(UUID id) {
    return database.transact(transaction -> hosts.find(transaction, id));
  }

  /**
   * Sets and removes labels.
   *
   * @throws RequestException NOT_FOUND, or INVALID for a label that is not acceptable
   */
  public Host label(
      Actor actor, String idOrName, Map<String, String> set, Collection<String> remove) {
    Labels.check("set", set);
    for (String key : remove) {
      Labels.checkKey("remove", key);
      if (set.containsKey(key)) {
        throw RequestException.invalid("remove", key, "it is in set as well; choose one");
      }
    }
    return database.transact(transaction -> {
      Host host = get(transaction, idOrName);
      // The lock makes changes of the same host's labels wait for each other.
      labels.lock(transaction, host.id());
      labels.set(transaction, host.id(), LabelStore.Origin.OPERATOR, set);
      remove.forEach(key -> labels.remove(transaction, host.id(), key));
      Host changed = get(transaction, host.id().toString());
      if (changed.labels().size() > 3 * Labels.MOST) {
        throw RequestException.invalid(
            "set", changed.labels().size() + " labels", "remove some first");
      }
      Map<String, Object> details = new LinkedHashMap<>();
      details.put("name", host.name());
      details.put("set", set);
      details.put("remove", new TreeSet<>(remove));
      audit.append(transaction, actor, "host.label", "host:" + host.id(), details);
      return changed;
    });
  }

  /**
   * Removes a host: its open work ends, its stream is closed, its certificate is refused from now
   * on.
   *
   * @throws RequestException NOT_FOUND
   */
  public void remove(Actor actor, String idOrName) {
    database.execute(transaction -> {
      Host host = get(transaction, idOrName);
      if (!hosts.remove(transaction, host.id(), clock.instant())) {
        get(transaction, idOrName); // removed by someone else meanwhile
      }
      for (HostRemovalListener listener : removalListeners) {
        listener.onRemoval(transaction, host);
      }
      hosts.tell(transaction, CHANNEL, host.id());
      audit.append(
          transaction, actor, "host.remove", "host:" + host.id(), Map.of("name", host.name()));
      transaction.afterCommit(() -> connections.disconnect(host.id()));
    });
  }

  /** Records what an agent says of its host when facts change. */
  public void reported(UUID id, HostFacts facts, Map<String, String> agentLabels) {
    reported(id, facts, agentLabels, Optional.empty());
  }

  /**
   * Records what an agent says of its host when it connects.
   *
   * @param sealingKey as it was sent; operators verify it
   */
  public void reported(
      UUID id,
      HostFacts facts,
      Map<String, String> agentLabels,
      Optional<SignedSealingKey> sealingKey) {
    database.execute(transaction -> {
      labels.lock(transaction, id);
      hosts.setFacts(transaction, id, facts);
      labels.replace(transaction, id, LabelStore.Origin.AGENT, acceptable(agentLabels));
      hosts.seen(transaction, List.of(id), clock.instant());
      sealingKey.ifPresent(key -> sealingKeys.put(transaction, id, key, clock.instant()));
    });
  }

  /** What secret parameters are sealed to, of those of these hosts that sent it. */
  public Map<UUID, SignedSealingKey> sealingKeys(Collection<UUID> ids) {
    return database.transact(transaction -> sealingKeys.find(transaction, ids));
  }

  /** Records signs of life. */
  public void seen(Collection<UUID> ids) {
    database.execute(transaction -> hosts.seen(transaction, ids, clock.instant()));
  }

  /** Records a sign of life. */
  public void seen(UUID id) {
    database.execute(transaction -> hosts.seen(transaction, List.of(id), clock.instant()));
  }

  /**
   * Adds a host that joins with a token.
   *
   * @return false if the name is taken
   */
  public boolean add(
      Transaction transaction,
      NewHost host,
      Map<String, String> tokenLabels,
      Map<String, String> agentLabels) {
    if (!hosts.insert(transaction, host)) {
      return false;
    }
    labels.replace(transaction, host.id(), LabelStore.Origin.TOKEN, tokenLabels);
    labels.replace(transaction, host.id(), LabelStore.Origin.AGENT, acceptable(agentLabels));
    return true;
  }

  /** The host that joined by this name with this token and key, and was not removed. */
  public Optional<UUID> findJoined(
      Transaction transaction, String name, String tokenId, String keyFingerprint) {
    return hosts.findJoined(transaction, name, tokenId, keyFingerprint);
  }

  /** An agent's own labels are not refused but left out: its stream must not depend on them. */
  private static Map<String, String> acceptable(Map<String, String> labels) {
    Map<String, String> acceptable = new LinkedHashMap<>();
    labels.entrySet().stream()
        .filter(label -> Labels.isAcceptable(label.getKey(), label.getValue()))
        .limit(Labels.MOST)
        .forEach(label -> acceptable.put(label.getKey(), label.getValue()));
    return acceptable;
  }

  private static Optional<UUID> id(String text) {
    try {
      return text.length() == 36 ? Optional.of(UUID.fromString(text)) : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
