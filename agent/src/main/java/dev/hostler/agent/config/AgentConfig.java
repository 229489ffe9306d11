package dev.hostler.agent.config;

import dev.hostler.agent.network.NetworkPolicy;
import dev.hostler.agent.sandbox.OnDenied;
import dev.hostler.agent.snapshot.SnapshotSettings;
import dev.hostler.agent.trust.TrustSettings;
import dev.hostler.agent.usage.UsageSettings;
import dev.hostler.common.config.ConfigException;
import dev.hostler.common.config.ConfigReader;
import dev.hostler.common.config.ConfigSection;
import dev.hostler.common.config.HostPort;
import dev.hostler.trust.limits.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What agent.toml says.
 *
 * @param stateDir everything the agent keeps; only root can enter it
 * @param controllers "HOST:PORT"; empty: the one through which the host enrolled
 * @param labels of the host; a controller may override them
 * @param policy what the host lets operators do
 * @param operatorRoots PEM with the roots that operators chain to
 * @param sandbox what programs get when nothing else is declared
 * @param limits what any attempt may use at most, whatever is declared
 * @param network what programs reach at most
 * @param bundles what is kept of bundles
 * @param trust how fresh what is known of revocation must be
 * @param snapshots how much is kept of snapshots, and what operators may have kept
 * @param usage how often use is sampled and reported
 * @param log what is logged
 */
public record AgentConfig(
    Path stateDir,
    List<String> controllers,
    Map<String, String> labels,
    Policy policy,
    Path operatorRoots,
    Sandbox sandbox,
    Limits limits,
    NetworkPolicy network,
    Bundles bundles,
    TrustSettings trust,
    SnapshotSettings snapshots,
    UsageSettings usage,
    Log log) {
  private static final long KIB = 1L << 10;
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final long MOST = 1L << 50;
  private static final String LABEL = "[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?";

  /** Are plain commands run? */
  public enum Commands {
    /** Those that an operator signed. */
    SIGNED,
    /** Only actions of signed bundles. */
    OFF
  }

  /** How much is logged. */
  public enum Level {
    /** Only what failed. */
    ERROR,
    /** And what may need a look. */
    WARN,
    /** And what happened. */
    INFO,
    /** And why. */
    DEBUG
  }

  /**
   * What the host lets operators do, whatever they sign.
   *
   * @param maxParallel attempts at once
   * @param everybody for all operators
   * @param roles narrower, by name of a role in operators' certificates; if there are any, an
   *     operator needs one of them
   */
  public record Policy(int maxParallel, Rules everybody, Map<String, Rules> roles) {}

  /**
   * What is let.
   *
   * @param commands are plain commands run?
   * @param bundles names of bundles; {@code *} stands for any number of characters
   * @param runAs users that programs may run as, likewise; "default" is the unprivileged one
   * @param snapshots may snapshots be restored, pinned and removed?
   */
  public record Rules(
      Commands commands, List<String> bundles, List<String> runAs, Commands snapshots) {}

  /**
   * What programs get when nothing else is declared.
   *
   * @param launcher the program hostler-launch; empty: its usual place
   * @param cgroup name of the agent's cgroup; empty: made from the state directory
   * @param user whom programs run as: a name, UID or UID:GID
   * @param memoryBytes of all processes of an attempt
   * @param pids of all processes of an attempt
   * @param cpuMillis thousandths of a CPU; 0: no limit
   * @param timeout wall time
   * @param grace between TERM and KILL
   * @param outputBytes kept of each stream
   * @param tmpBytes size of the private /tmp
   * @param onDenied what follows a denied system call
   * @param seccomp what is permitted at most: "default", "any", or the path of a profile
   * @param tellWrites are writes outside the declared paths told?
   * @param hidden paths that no program sees, besides the secrets that are always hidden
   * @param learn may runs be recorded, in a sandbox that permits all that a bundle could declare?
   */
  public record Sandbox(
      Optional<Path> launcher,
      Optional<String> cgroup,
      String user,
      long memoryBytes,
      int pids,
      int cpuMillis,
      Duration timeout,
      Duration grace,
      long outputBytes,
      long tmpBytes,
      OnDenied onDenied,
      String seccomp,
      boolean tellWrites,
      List<Path> hidden,
      boolean learn) {}

  /**
   * What is kept of bundles.
   *
   * @param roots PEM with the roots that bundle signers chain to
   * @param largestBytes of one bundle file
   * @param cacheBytes of all bundles that are not in use
   * @param unusedFor how long a bundle is kept after its last use
   */
  public record Bundles(Path roots, long largestBytes, long cacheBytes, Duration unusedFor) {}

  /**
   * What is logged, to standard error.
   *
   * @param level how much
   * @param json one JSON object a line, else text
   */
  public record Log(Level level, boolean json) {}

  /** The forms of a log line. */
  private enum Format {
    TEXT,
    JSON
  }

  /**
   * Reads a file.
   *
   * @param environment overrides it: HOSTLER_SECTION_KEY
   * @throws ConfigException with everything that is wrong
   */
  public static AgentConfig read(Path file, Map<String, String> environment)
      throws ConfigException {
    return read(ConfigReader.ofFile(file, environment), List.of(file.toAbsolutePath().normalize()));
  }

  static AgentConfig read(ConfigReader reader) throws ConfigException {
    return read(reader, List.of());
  }

  /** The same; these files are the agent's own. */
  private static AgentConfig read(ConfigReader reader, List<Path> files) throws ConfigException {
    ConfigSection top = reader.section("");
    Path state = top.path("state_dir", Path.of("/var/lib/hostler/agent"));
    List<Path> own = new ArrayList<>(files);
    own.add(state);
    AgentConfig config =
        new AgentConfig(
            state,
            controllers(top),
            labels(reader.section("labels")),
            policy(reader),
            reader
                .section("trust")
                .path("operator_roots", state.resolve("trust/operator-roots.pem")),
            sandbox(reader.section("sandbox")),
            HostCaps.read(reader.section("limits")),
            NetworkSection.read(reader.section("sandbox.network")),
            bundles(reader.section("bundles"), state),
            trust(reader.section("trust"), state),
            SnapshotSection.read(reader.section("snapshots"), own),
            UsageSettings.read(reader.section("usage")),
            log(reader.section("log")));
    reader.finish();
    return config;
  }

  private static List<String> controllers(ConfigSection top) {
    List<String> controllers = top.strings("controllers", List.of());
    for (String one : controllers) {
      if (HostPort.parse(one).filter(address -> address.port() > 0).isEmpty()) {
        top.problem("controllers", "\"" + one + "\" is not HOST:PORT, like \"fleet.example:7443\"");
      }
    }
    return controllers;
  }

  private static Map<String, String> labels(ConfigSection section) {
    Map<String, String> labels = section.all();
    labels.forEach((key, value) -> {
      if (!key.matches(LABEL)) {
        section.problem(key, "label keys match " + LABEL);
      }
      if (value.length() > 255) {
        section.problem(key, "label values have at most 255 characters");
      }
    });
    return labels;
  }

  private static Policy policy(ConfigReader reader) {
    ConfigSection section = reader.section("policy");
    Rules everybody =
        rules(section, new Rules(Commands.SIGNED, List.of("*"), List.of("*"), Commands.SIGNED));
    Map<String, Rules> roles = new TreeMap<>();
    for (String role : reader.tablesBelow("policy.roles")) {
      roles.put(role, rules(reader.section("policy.roles." + role), everybody));
    }
    return new Policy(section.integer("max_parallel", 16, 1, 1000), everybody, roles);
  }

  private static Rules rules(ConfigSection section, Rules inherited) {
    return new Rules(
        section.choice("commands", inherited.commands()),
        section.strings("bundles", inherited.bundles()),
        section.strings("run_as", inherited.runAs()),
        section.choice("snapshots", inherited.snapshots()));
  }

  private static Sandbox sandbox(ConfigSection section) {
    return new Sandbox(
        section.file("launcher"),
        section.string("cgroup"),
        section.string("user", "64999:64999"),
        section.bytes("memory", 512 * MIB, 4 * MIB, MOST),
        section.integer("pids", 512, 1, 4_000_000),
        section.integer("cpu_millis", 0, 0, 1_000_000),
        section.duration(
            "timeout", Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofDays(365)),
        section.duration("grace", Duration.ofSeconds(10), Duration.ZERO, Duration.ofHours(1)),
        section.bytes("output", 256 * MIB, 0, MOST),
        section.bytes("tmp", 64 * MIB, 64 * KIB, MOST),
        section.choice("on_denied", OnDenied.DENY),
        seccomp(section),
        section.bool("tell_writes", true),
        AbsolutePaths.read(section, "hidden", List.of(), false, "/srv/keys"),
        section.bool("learn", false));
  }

  private static String seccomp(ConfigSection section) {
    String word = section.string("seccomp").orElse("default");
    if (!word.equals("default") && !word.equals("any") && !word.startsWith("/")) {
      section.problem(
          "seccomp",
          "\"" + word + "\" is not \"default\", \"any\" or the absolute path of a profile");
    }
    return word;
  }

  private static Bundles bundles(ConfigSection section, Path state) {
    return new Bundles(
        section.path("roots", state.resolve("trust/bundle-roots.pem")),
        section.bytes("largest", GIB, KIB, MOST),
        section.bytes("cache", 2 * GIB, 0, MOST),
        section.duration(
            "unused_for", Duration.ofDays(30), Duration.ofMinutes(1), Duration.ofDays(3650)));
  }

  private static TrustSettings trust(ConfigSection section, Path state) {
    return new TrustSettings(
        section.choice("index", TrustSettings.Index.REQUIRED),
        section.path("index_roots", state.resolve("trust/index-roots.pem")),
        section.duration(
            "max_index_age",
            Duration.ofDays(7),
            Duration.ofMinutes(1),
            dev.hostler.trust.index.TrustIndex.LONGEST_LIFE),
        section.choice("revocation", TrustSettings.Revocation.HARD),
        section.duration(
            "max_crl_age", Duration.ofDays(7), Duration.ofMinutes(1), Duration.ofDays(365)),
        section.choice("running_on_revocation", TrustSettings.Running.KILL));
  }

  private static Log log(ConfigSection section) {
    return new Log(
        section.choice("level", Level.INFO), section.choice("format", Format.TEXT) == Format.JSON);
  }
}
