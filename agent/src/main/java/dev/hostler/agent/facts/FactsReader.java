package dev.hostler.agent.facts;

import dev.hostler.trust.limits.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the facts of this host from the kernel and os-release(5). Stateless, thread-safe. */
public final class FactsReader {
  private final Path root;
  private final Map<String, String> labels;
  private final String agentVersion;
  private final String cgroupVersion;
  private final Limits limits;

  /**
   * @param root "/" but for tests
   * @param labels from the agent's configuration
   * @param agentVersion version of this program
   * @param cgroupVersion "v1", "v2" or "none": what limits are enforced with
   * @param limits what any attempt may use here at most
   */
  public FactsReader(
      Path root,
      Map<String, String> labels,
      String agentVersion,
      String cgroupVersion,
      Limits limits) {
    this.root = root;
    this.labels = Map.copyOf(labels);
    this.agentVersion = agentVersion;
    this.cgroupVersion = cgroupVersion;
    this.limits = limits;
  }

  /** The facts as they are now. What cannot be read is left empty. */
  public HostFacts read() {
    Map<String, String> os = osRelease();
    return new HostFacts(
        text("proc/sys/kernel/hostname"),
        os.getOrDefault("ID", ""),
        os.getOrDefault("VERSION_ID", ""),
        os.getOrDefault("PRETTY_NAME", ""),
        text("proc/sys/kernel/osrelease"),
        machine(System.getProperty("os.arch", "")),
        Runtime.getRuntime().availableProcessors(),
        memoryBytes(),
        addresses(),
        labels,
        agentVersion,
        cgroupVersion,
        bootedAt(),
        List.of(),
        limits);
  }

  /** The kernel's id of this boot of the host; empty if it has none. */
  public String bootId() {
    return text("proc/sys/kernel/random/boot_id");
  }

  private List<String> lines(String path) {
    try {
      return Files.readAllLines(root.resolve(path));
    } catch (IOException | UncheckedIOException _) {
      return List.of();
    }
  }

  private String text(String path) {
    List<String> lines = lines(path);
    return lines.isEmpty() ? "" : lines.getFirst().strip();
  }

  private Map<String, String> osRelease() {
    List<String> lines = lines("etc/os-release");
    if (lines.isEmpty()) {
      lines = lines("usr/lib/os-release");
    }
    Map<String, String> values = new HashMap<>();
    for (String line : lines) {
      int equals = line.indexOf('=');
      if (equals > 0 && !line.startsWith("#")) {
        values.put(line.substring(0, equals), unquote(line.substring(equals + 1).strip()));
      }
    }
    return values;
  }

  private static String unquote(String value) {
    boolean quoted =
        value.length() >= 2
            && ((value.startsWith("\"") && value.endsWith("\""))
                || (value.startsWith("'") && value.endsWith("'")));
    return quoted ? value.substring(1, value.length() - 1) : value;
  }

  /** The kernel's name for what Java calls otherwise. */
  private static String machine(String javaName) {
    return switch (javaName) {
      case "amd64" -> "x86_64";
      default -> javaName;
    };
  }

  private long memoryBytes() {
    for (String line : lines("proc/meminfo")) {
      if (line.startsWith("MemTotal:")) {
        return number(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    return 0;
  }

  private @Nullable Instant bootedAt() {
    for (String line : lines("proc/stat")) {
      if (line.startsWith("btime ")) {
        long seconds = number(line.substring(6).strip());
        return seconds == 0 ? null : Instant.ofEpochSecond(seconds);
      }
    }
    return null;
  }

  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException _) {
      return 0;
    }
  }

  private static List<String> addresses() {
    TreeSet<String> found = new TreeSet<>();
    try {
      for (NetworkInterface one : NetworkInterface.networkInterfaces().toList()) {
        for (InetAddress address : one.inetAddresses().toList()) {
          if (!address.isLoopbackAddress()
              && !address.isLinkLocalAddress()
              && !address.isAnyLocalAddress()) {
            String text = address.getHostAddress();
            int zone = text.indexOf('%');
            found.add(zone < 0 ? text : text.substring(0, zone));
          }
        }
      }
    } catch (SocketException _) {
      // None known.
    }
    return List.copyOf(found);
  }
}
