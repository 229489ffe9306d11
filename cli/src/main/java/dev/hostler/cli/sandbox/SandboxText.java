package dev.hostler.cli.sandbox;

import dev.hostler.cli.command.Details;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.trust.bundle.Manifest;
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
    Manifest.Limits limits = action.limits();
    Details details =
        new Details(style)
            .line("action", manifest.name() + " " + manifest.version() + " " + action.name())
            .line("runs", String.join(" ", action.argv()) + " " + user(action.runAs()))
            .line(
                "reads",
                "the host's files but secrets (keys, /root, /home, the agent's state)"
                    + (sandbox.readOnly().isEmpty()
                        ? ""
                        : "; of these only " + String.join(", ", sandbox.readOnly())))
            .line(
                "writes",
                (sandbox.writable().isEmpty()
                        ? "nothing of the host"
                        : "of the host " + String.join(", ", sandbox.writable()))
                    + "; a private /tmp of "
                    + Format.bytes(limits.tmpBytes())
                    + " that is thrown away")
            .line("reaches", network(sandbox.network()))
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
            .line("at most", limits(limits));
    for (String danger : dangers(action)) {
      details.line("beware", danger);
    }
    return details.toString();
  }

  private static String user(String runAs) {
    return switch (runAs) {
      case Manifest.Action.DEFAULT_USER -> "as a user that owns nothing";
      case "root" -> "as root, without root's powers";
      default -> "as the host's user " + runAs;
    };
  }

  private static String network(Manifest.Network network) {
    return switch (network) {
      case NONE -> "no network and no Unix socket of the host";
      case LOOPBACK -> "a loopback interface of its own, and nothing outside";
      case HOST -> "all that the host reaches, and the host's own local services";
    };
  }

  private static String seccomp(Manifest.Sandbox sandbox) {
    return sandbox.seccomp().equals(Manifest.Sandbox.DEFAULT_SECCOMP)
        ? "what ordinary programs need; no mounts, namespaces, tracing, kernel modules, io_uring, bpf"
        : "what its own profile " + sandbox.seccomp() + " permits and the host does not forbid";
  }

  private static String limits(Manifest.Limits limits) {
    return "%s memory, %d processes, %s CPUs, %s, %s of output each way, %d open files"
        .formatted(
            Format.bytes(limits.memoryBytes()),
            limits.pids(),
            Double.toString(limits.cpuMillis() / THOUSAND),
            Format.took(Duration.ofMillis(limits.timeoutMillis())),
            Format.bytes(limits.outputBytes()),
            limits.openFiles());
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
    return dangers;
  }

  static Json.Fields json(Manifest manifest, Manifest.Action action) {
    Manifest.Sandbox sandbox = action.sandbox();
    Manifest.Limits limits = action.limits();
    return Json.object()
        .put("name", manifest.name())
        .put("version", manifest.version().toString())
        .put("action", action.name())
        .put("argv", action.argv())
        .put("run_as", action.runAs())
        .put("writable", sandbox.writable())
        .put("read_only", sandbox.readOnly())
        .put("capabilities", sandbox.capabilities())
        .put("network", sandbox.network().text())
        .put("seccomp", sandbox.seccomp())
        .put("on_denied", sandbox.onDenied().text())
        .put(
            "limits",
            Json.object()
                .put("memory_bytes", limits.memoryBytes())
                .put("pids", limits.pids())
                .put("cpu_millis", limits.cpuMillis())
                .put("timeout_ms", limits.timeoutMillis())
                .put("grace_ms", limits.graceMillis())
                .put("output_bytes", limits.outputBytes())
                .put("open_files", limits.openFiles())
                .put("tmp_bytes", limits.tmpBytes()))
        .put("beware", dangers(action));
  }
}
