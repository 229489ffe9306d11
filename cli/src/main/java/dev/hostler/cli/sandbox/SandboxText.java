package dev.hostler.cli.sandbox;

import dev.hostler.cli.command.Details;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.bundle.StateEntry;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An action's sandbox in plain words. */
final class SandboxText {
  /** Below these, whoever can write is root sooner or later, or is everybody. */
  private static final List<String> SYSTEM =
      List.of(
          "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/root", "/var/spool/cron");

  private static final double THOUSAND = 1000;

  private SandboxText() {}

  static String words(Manifest manifest, Manifest.Action action, Style style) {
    Manifest.Sandbox sandbox = action.sandbox();
    Limits limits = action.limits();
    Details details =
        new Details(style)
            .line("action", manifest.name() + " " + manifest.version() + " " + action.name())
            .line("runs", String.join(" ", action.argv()) + " " + user(action.runAs()))
            .line(
                "reads",
                "the host's files but secrets (keys, /root, /home, the agent's state)"
                    + (sandbox.readOnly().isEmpty()
                        ? ""
                        : "; of these only " + String.join(", ", sandbox.readOnly()))
                    + (sandbox.hidden().isEmpty()
                        ? ""
                        : "; not " + String.join(", ", sandbox.hidden())))
            .line(
                "writes",
                (sandbox.writable().isEmpty()
                        ? "nothing of the host"
                        : "of the host " + String.join(", ", sandbox.writable()))
                    + "; a private /tmp of "
                    + Format.bytes(limits.require(Limit.TMP))
                    + " that is thrown away")
            .line("reaches", network(sandbox))
            .line(
                "powers",
                sandbox.capabilities().isEmpty()
                    ? "none of root's, also when it runs as root"
                    : "of root's only " + String.join(", ", sandbox.capabilities()))
            .line("calls", seccomp(sandbox))
            .line(
                "denied",
                sandbox.onDenied() == Manifest.OnDenied.KILL
                    ? "the first denied system call ends it"
                    : "a denied system call fails and is told; a host may end it at the first")
            .line("at most", limits(limits))
            .line("undo", undo(action));
    for (String danger : dangers(action)) {
      details.line("beware", danger);
    }
    return details.toString();
  }

  private static String undo(Manifest.Action action) {
    if (action.snapshot().isEmpty()) {
      return "nothing is kept of what it changes, unless the job says so (run --snapshot)";
    }
    List<String> kept = new ArrayList<>(action.snapshot());
    action.state().forEach(entry -> kept.add(entry.toString()));
    return "hosts keep "
        + String.join(", ", kept)
        + (action.rollbackOnFailure()
            ? "; brought back by itself if it fails"
            : "; brought back by hand, or if it fails and the job says so (run --rollback)");
  }

  private static String user(String runAs) {
    return switch (runAs) {
      case Manifest.Action.DEFAULT_USER -> "as a user that owns nothing";
      case "root" -> "as root, without root's powers";
      default -> "as the host's user " + runAs;
    };
  }

  private static String network(Manifest.Sandbox sandbox) {
    return switch (sandbox.network()) {
      case NONE -> "no network and no Unix socket of the host";
      case LOOPBACK -> "a loopback interface of its own, and nothing outside";
      case ALLOW_LIST ->
          "only %s, at most %d connections at once, as far as the host permits; it asks for no other name"
              .formatted(String.join(", ", sandbox.peers()), sandbox.connections());
      case HOST -> "all that the host reaches, and the host's own local services";
    };
  }

  private static String seccomp(Manifest.Sandbox sandbox) {
    return sandbox.seccomp().equals(Manifest.Sandbox.DEFAULT_SECCOMP)
        ? "what ordinary programs need; no mounts, namespaces, tracing, kernel modules, io_uring, bpf"
        : "what its own profile " + sandbox.seccomp() + " permits and the host does not forbid";
  }

  private static String limits(Limits limits) {
    List<String> words = new ArrayList<>();
    limits.values().forEach((limit, value) -> words.add(phrase(limit, value)));
    words.removeIf(String::isEmpty);
    return String.join(", ", words);
  }

  private static String phrase(Limit limit, long value) {
    return switch (limit) {
      case MEMORY -> Format.bytes(value) + " memory";
      case SWAP -> Format.bytes(value) + " swap";
      case CPU -> Double.toString(value / THOUSAND) + " CPUs";
      case CPU_WEIGHT -> "a CPU weight of " + value + " (usual: 100)";
      case CPU_TIME -> Format.took(Duration.ofMillis(value)) + " of CPU time";
      case PIDS -> value + " processes";
      case OPEN_FILES -> value + " open files";
      case IO_READ -> Format.bytes(value) + "/s read from each disk";
      case IO_WRITE -> Format.bytes(value) + "/s written to each disk";
      case TIMEOUT -> Format.took(Duration.ofMillis(value));
      case OUTPUT -> Format.bytes(value) + " of output each way";
      case GRACE, TMP -> ""; // /tmp stands elsewhere
    };
  }

  /** What a reviewer should look at twice. */
  static List<String> dangers(Manifest.Action action) {
    List<String> dangers = new ArrayList<>();
    for (String path : action.sandbox().writable()) {
      for (String system : SYSTEM) {
        if (path.equals(system) || path.startsWith(system + "/")) {
          dangers.add("who writes " + path + " may become root on the host");
        }
      }
    }
    if (!action.sandbox().capabilities().isEmpty() && action.runAs().equals("root")) {
      dangers.add("runs as root and keeps " + String.join(", ", action.sandbox().capabilities()));
    }
    if (action.sandbox().network() == Manifest.Network.HOST) {
      dangers.add("the host's network includes services that trust local programs");
    }
    for (String peer : action.sandbox().peers()) {
      if (peer.startsWith("127.") || peer.startsWith("[::1]") || peer.startsWith("169.254.")) {
        dangers.add("reaches " + peer + ", a service that may trust whoever is on the host");
      } else if (peer.startsWith("0.0.0.0/") || peer.startsWith("[::/") || peer.startsWith("::/")) {
        dangers.add("reaches anybody, by " + peer);
      }
    }
    return dangers;
  }

  static Json.Fields json(Manifest manifest, Manifest.Action action) {
    Manifest.Sandbox sandbox = action.sandbox();
    Limits limits = action.limits();
    return Json.object()
        .put("name", manifest.name())
        .put("version", manifest.version().toString())
        .put("action", action.name())
        .put("argv", action.argv())
        .put("run_as", action.runAs())
        .put("writable", sandbox.writable())
        .put("read_only", sandbox.readOnly())
        .put("hidden", sandbox.hidden())
        .put("capabilities", sandbox.capabilities())
        .put("network", sandbox.network().text())
        .put("peers", sandbox.peers())
        .put("connections", sandbox.connections())
        .put("seccomp", sandbox.seccomp())
        .put("on_denied", sandbox.onDenied().text())
        .put("limits", json(limits))
        .put("snapshot", action.snapshot())
        .put("state", action.state().stream().map(StateEntry::toString).toList())
        .put("rollback_on_failure", action.rollbackOnFailure())
        .put("beware", dangers(action));
  }

  private static Json.Fields json(Limits limits) {
    Json.Fields fields = Json.object();
    limits.values().forEach((limit, value) -> fields.put(limit.field(), value));
    return fields;
  }
}
