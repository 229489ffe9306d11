package dev.hostler.controller.job;

import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.target.Target;
import dev.hostler.trust.secret.SealedParameters;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** What must come with a job that has sealed parameters: one wrapped key for each target. */
final class SealedKeys {
  private SealedKeys() {}

  /** Has this work sealed parameters? */
  static boolean needs(Work work) {
    return work instanceof Work.Action action
        && action.params().contains(SealedParameters.MARK)
        && SealedParameters.hasSealed(action.params());
  }

  /**
   * Makes sure that there is one for each host, and none besides.
   *
   * @param given wrapped keys by host id; nobody but the hosts can tell whether they open anything
   * @return the same by host; empty if nothing is sealed
   * @throws RequestException INVALID
   */
  static Map<UUID, byte[]> check(Work work, List<Target> hosts, Map<String, byte[]> given) {
    if (!needs(work)) {
      if (!given.isEmpty()) {
        throw invalid(
            "there are %d, but nothing in the job's params is sealed; leave them out"
                .formatted(given.size()));
      }
      return Map.of();
    }
    Map<UUID, byte[]> keys = new HashMap<>();
    for (Target host : hosts) {
      String id = host.hostId().toString();
      byte[] key = given.get(id);
      if (key == null) {
        throw invalid(
            "host %s (%s) has none, but the job has sealed parameters; seal them to the key of each target"
                .formatted(host.name(), id));
      }
      if (key.length != SealedParameters.WRAPPED_BYTES) {
        throw invalid(
            "that of host %s (%s) has %d bytes; a wrapped key has %d"
                .formatted(host.name(), id, key.length, SealedParameters.WRAPPED_BYTES));
      }
      keys.put(host.hostId(), key);
    }
    if (given.size() > keys.size()) {
      Set<String> others = new HashSet<>(given.keySet());
      hosts.forEach(host -> others.remove(host.hostId().toString()));
      throw invalid(
          "%s is not among the job's targets; give keys for these only"
              .formatted(RequestException.shown(others.iterator().next())));
    }
    return keys;
  }

  private static RequestException invalid(String what) {
    return new RequestException(RequestException.Kind.INVALID, "sealed_keys: " + what);
  }
}
