package dev.hostler.cli.preview;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes what hosts would change, in pieces as they come, and keeps each list once however many
 * hosts have it. Not thread-safe.
 */
public final class PreviewGroups {
  /**
   * Hosts that would be changed in the same way.
   *
   * @param changes in which
   * @param hosts their names
   * @param hostIds their ids, in the same order
   */
  public record Group(ChangeList changes, List<String> hosts, List<String> hostIds) {}

  private record Host(String id, String name, ByteArrayOutputStream bytes) {}

  private final Map<String, Host> open = new HashMap<>();
  private final Map<String, Group> groups = new LinkedHashMap<>();

  /** A piece of a host's list. */
  public void take(
      String taskId, String hostId, String host, byte[] bytes, int offset, int length) {
    open.computeIfAbsent(taskId, _ -> new Host(hostId, host, new ByteArrayOutputStream()))
        .bytes
        .write(bytes, offset, length);
  }

  /** A host's list is complete, if there is one. */
  public void finish(String taskId) {
    Host host = open.remove(taskId);
    if (host != null) {
      ChangeList list = ChangeList.read(host.bytes.toByteArray());
      Group group =
          groups.computeIfAbsent(
              list.digest(), _ -> new Group(list, new ArrayList<>(), new ArrayList<>()));
      group.hosts.add(host.name);
      group.hostIds.add(host.id);
    }
  }

  /** All lists are complete. */
  public void finishAll() {
    List.copyOf(open.keySet()).forEach(this::finish);
  }

  /** Most hosts first. */
  public List<Group> all() {
    return groups.values().stream()
        .sorted(
            Comparator.comparingInt((Group group) -> -group.hosts.size())
                .thenComparing(group -> group.hosts.getFirst()))
        .toList();
  }
}
