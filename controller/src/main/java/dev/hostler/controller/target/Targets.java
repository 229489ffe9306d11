package dev.hostler.controller.target;

import dev.hostler.controller.db.Database;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostSelector;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.host.HostStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Finds the hosts that an operator means. Thread-safe. */
public final class Targets {
  private static final int SHOWN = 10;

  private final Database database;
  private final HostStore store;
  private final HostService hosts;
  private final HostSelector.Compiler selectors;

  /** Looks among the hosts that are in the fleet when it is asked. */
  public Targets(
      Database database, HostStore store, HostService hosts, HostSelector.Compiler selectors) {
    this.database = database;
    this.store = store;
    this.hosts = hosts;
    this.selectors = selectors;
  }

  /**
   * The hosts that a selector means now, by name.
   *
   * @throws dev.hostler.controller.host.SelectorException if it does not parse or is no condition
   */
  public List<Target> select(String selector) {
    return hosts.list(selectors.compile(selector), "", Integer.MAX_VALUE).stream()
        .map(host -> new Target(host.id(), host.name()))
        .toList();
  }

  /**
   * The hosts with these ids or names, each once, by name.
   *
   * @throws RequestException NOT_FOUND naming those that do not exist
   */
  public List<Target> named(List<String> idsOrNames) {
    Map<String, Host> known = new HashMap<>();
    for (Host host : database.transact(store::all)) {
      known.put(host.name(), host);
      known.put(host.id().toString(), host);
    }
    Set<Target> found = new LinkedHashSet<>();
    List<String> unknown = new ArrayList<>();
    for (String idOrName : idsOrNames) {
      Host host = known.get(idOrName.toLowerCase(Locale.ROOT));
      if (host == null) {
        unknown.add(RequestException.shown(idOrName));
      } else {
        found.add(new Target(host.id(), host.name()));
      }
    }
    if (!unknown.isEmpty()) {
      throw new RequestException(
          RequestException.Kind.NOT_FOUND,
          "hosts: the fleet has no host "
              + String.join(", ", unknown.subList(0, Math.min(SHOWN, unknown.size())))
              + (unknown.size() > SHOWN ? " and " + (unknown.size() - SHOWN) + " more" : "")
              + "; see `hostler host list` for ids and names");
    }
    return found.stream().sorted(Comparator.comparing(Target::name)).toList();
  }
}
