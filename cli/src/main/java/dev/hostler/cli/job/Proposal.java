package dev.hostler.cli.job;

import dev.hostler.trust.bundle.Capabilities;
import dev.hostler.trust.bundle.DeclaredPaths;
import dev.hostler.trust.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The smallest sandbox in which a recorded run would have done the same. For people to review: it
 * knows one run, not what the action does on other days.
 *
 * @param writable paths to declare
 * @param capabilities to declare
 * @param network "none", "loopback", "allow-list" or "host"
 * @param peers with "allow-list": whom it may connect to
 * @param beware what cannot be declared, and what to look at
 */
record Proposal(
    SortedSet<String> writable,
    SortedSet<String> capabilities,
    String network,
    SortedSet<String> peers,
    List<String> beware) {

  /** Made before anybody listens, or by the kernel itself. */
  private static final List<String> ALWAYS =
      List.of("execve", "exit", "exit_group", "restart_syscall", "rt_sigreturn");

  private static final int ENOSYS = 38;

  static Proposal of(Learned learned) {
    List<String> beware = new ArrayList<>();
    SortedSet<String> paths = new TreeSet<>();
    for (String path : learned.made()) {
      String folder = path.substring(0, Math.max(1, path.lastIndexOf('/')));
      String why = DeclaredPaths.refusal(folder);
      if (why == null) {
        paths.add(folder);
      } else {
        beware.add(
            "it makes or removes %s, but %s %s: let it use a folder of its own"
                .formatted(path, folder, why));
      }
    }
    for (String path : learned.written()) {
      String why = DeclaredPaths.refusal(path);
      if (why == null) {
        paths.add(path);
      } else {
        beware.add("it writes %s, which %s".formatted(path, why));
      }
    }
    SortedSet<String> capabilities = new TreeSet<>();
    for (String name : learned.capabilities()) {
      if (Capabilities.declarable().contains(name)) {
        capabilities.add(name);
      } else {
        beware.add("it used " + name + ", which no bundle can declare");
      }
    }
    learned.peers().stream()
        .filter(peer -> peer.startsWith("unix:"))
        .forEach(peer ->
            beware.add("it talks to the socket " + peer + ", which no sandbox lets through"));
    learned.more().forEach(kind -> beware.add("there was more of this than is kept: " + kind));
    Reach reach = Reach.of(learned);
    beware.addAll(reach.beware());
    return new Proposal(outermost(paths), capabilities, reach.network(), reach.peers(), beware);
  }

  /** What lies below another path is writable with it. */
  private static SortedSet<String> outermost(SortedSet<String> paths) {
    SortedSet<String> result = new TreeSet<>();
    for (String path : paths) {
      if (result.stream().noneMatch(outer -> path.startsWith(outer + "/"))) {
        result.add(path);
      }
    }
    return result;
  }

  /** A profile of just the calls that were made, as JSON. */
  static String profile(Learned learned) {
    Set<String> names = new TreeSet<>(learned.calls().keySet());
    names.removeIf(name -> name.indexOf(' ') >= 0);
    names.addAll(ALWAYS);
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.put("defaultAction", "SCMP_ACT_ERRNO");
    ArrayNode entries = root.putArray("syscalls");
    ObjectNode allowed = entries.addObject();
    ArrayNode list = allowed.putArray("names");
    names.forEach(list::add);
    allowed.put("action", "SCMP_ACT_ALLOW");
    if (!names.contains("clone3")) {
      // C libraries fall back to clone only on this answer.
      ObjectNode absent = entries.addObject();
      absent.putArray("names").add("clone3");
      absent.put("action", "SCMP_ACT_ERRNO").put("errnoRet", ENOSYS);
    }
    return root.toPrettyString();
  }

  /** For a bundle.toml. */
  String toml(String action, Learned learned, String seccomp) {
    StringBuilder text = new StringBuilder();
    beware.forEach(line -> text.append("# beware: ").append(line).append('\n'));
    if (!learned.peers().isEmpty()) {
      text.append("# it talks to: ").append(String.join(", ", learned.peers())).append('\n');
    }
    if (!learned.listens().isEmpty()) {
      text.append("# it listens on: ").append(String.join(", ", learned.listens())).append('\n');
    }
    text.append("# it makes ")
        .append(learned.calls().size())
        .append(" kinds of system calls: ")
        .append(String.join(", ", learned.calls().keySet()))
        .append('\n');
    text.append("[actions.").append(action).append(".sandbox]\n");
    text.append("writable = ").append(quoted(writable)).append('\n');
    text.append("capabilities = ").append(quoted(capabilities)).append('\n');
    text.append("network = ").append(quoted(network)).append('\n');
    if (!peers.isEmpty()) {
      text.append("peers = ").append(quoted(peers)).append('\n');
    }
    return text.append("seccomp = ").append(quoted(seccomp)).toString();
  }

  private static String quoted(Set<String> values) {
    return "[" + String.join(", ", values.stream().map(Proposal::quoted).toList()) + "]";
  }

  /** JSON's escapes are TOML's. */
  private static String quoted(String value) {
    return Json.MAPPER.writeValueAsString(value);
  }
}
