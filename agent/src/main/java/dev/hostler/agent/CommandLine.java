package dev.hostler.agent;

import dev.hostler.common.config.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The command line of hostler-agent. By hand: a library would cost the daemon memory. */
final class CommandLine {
  static final String HELP =
      """
      Runs signed work on this host for a Hostler controller.

      Usage:
        hostler-agent run    --config FILE
        hostler-agent enroll --config FILE --controller HOST:PORT [--token-file FILE]
                             [--name NAME] [--force]
        hostler-agent key    --config FILE [--sealing]
        hostler-agent --version | --help

      enroll makes a key on this host and has a controller certify it. The join token comes from
      --token-file FILE (- is standard input), else from the environment variable
      HOSTLER_JOIN_TOKEN, else from --token TOKEN (visible in the process list).
        --controller HOST:PORT  the controller; default: the first of the configuration
        --name NAME             name of this host in the fleet; default: its host name
        --force                 enrol again, with a new key, although this host is enrolled
      If the token needs approval, it waits until an operator lets this host in.

      key prints the SHA-256 fingerprint of this host's key, for `hostler token create --key` and
      `hostler host approve --key`; of a host that is not enrolled, that of the key it will enrol with.
      With --sealing that of the key that secret parameters are sealed to, for
      `hostler host key HOST --trust FINGERPRINT`.

      --config FILE defaults to /etc/hostler/agent.toml.

      Exit codes: 0 done; 2 wrong usage or configuration; 3 refused by the controller, not
      reachable, or cannot start.

      Examples:
        hostler-agent enroll --config /etc/hostler/agent.toml --controller fleet.example:7443 \\
          --token-file /root/token
        hostler-agent run --config /etc/hostler/agent.toml
      """;

  private static final Set<String> WITH_VALUE =
      Set.of("--config", "--controller", "--token", "--token-file", "--name");
  private static final Set<String> ENROLL_ONLY =
      Set.of("--controller", "--token", "--token-file", "--name", "--force");
  private static final String HOST_NAME =
      "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
          + "(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*";

  /** What is to be done. */
  enum Verb {
    RUN,
    ENROLL,
    KEY,
    /** For the build: not in the help. */
    REHEARSE,
    VERSION,
    HELP
  }

  private final Verb verb;
  private final Map<String, String> options;
  private final Map<String, String> environment;

  private CommandLine(Verb verb, Map<String, String> options, Map<String, String> environment) {
    this.verb = verb;
    this.options = options;
    this.environment = environment;
  }

  static CommandLine parse(String[] arguments, Map<String, String> environment)
      throws UsageException {
    List<String> given = List.of(arguments);
    if (given.contains("--help") || given.contains("-h") || given.equals(List.of("help"))) {
      return new CommandLine(Verb.HELP, Map.of(), environment);
    }
    if (given.contains("--version")) {
      return new CommandLine(Verb.VERSION, Map.of(), environment);
    }
    if (given.isEmpty()) {
      throw new UsageException("say what to do: run or enroll");
    }
    if (given.getFirst().equals("rehearse") && given.size() == 2) {
      return new CommandLine(Verb.REHEARSE, Map.of("folder", given.get(1)), environment);
    }
    Verb verb =
        switch (given.getFirst()) {
          case "run" -> Verb.RUN;
          case "enroll" -> Verb.ENROLL;
          case "key" -> Verb.KEY;
          default ->
              throw new UsageException(
                  "\"" + given.getFirst() + "\" is no command; there are run, enroll and key");
        };
    return new CommandLine(verb, options(verb, given.subList(1, given.size())), environment);
  }

  private static Map<String, String> options(Verb verb, List<String> given) throws UsageException {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < given.size(); i++) {
      String option = given.get(i);
      String value = "";
      int equals = option.indexOf('=');
      if (option.startsWith("--") && equals > 0) {
        value = option.substring(equals + 1);
        option = option.substring(0, equals);
      } else if (WITH_VALUE.contains(option)) {
        if (i + 1 == given.size()) {
          throw new UsageException(option + " needs a value");
        }
        value = given.get(++i);
      }
      boolean known =
          option.equals("--config")
              || (verb == Verb.ENROLL && ENROLL_ONLY.contains(option))
              || (verb == Verb.KEY && option.equals("--sealing"));
      if (!known) {
        throw new UsageException(
            "\"" + option + "\" is no option of " + verb.name().toLowerCase(java.util.Locale.ROOT));
      }
      if (WITH_VALUE.contains(option) && value.isEmpty()) {
        throw new UsageException(option + " needs a value");
      }
      if (options.put(option, value) != null) {
        throw new UsageException(option + " is given twice");
      }
    }
    return options;
  }

  Verb verb() {
    return verb;
  }

  Path config() {
    return Path.of(options.getOrDefault("--config", "/etc/hostler/agent.toml"));
  }

  Path folder() {
    return Path.of(options.getOrDefault("folder", "."));
  }

  boolean sealing() {
    return options.containsKey("--sealing");
  }

  boolean force() {
    return options.containsKey("--force");
  }

  /** The name for this host; null: its host name. */
  @Nullable String name() throws UsageException {
    String name = options.get("--name");
    if (name != null && !name.matches(HOST_NAME)) {
      throw new UsageException(
          "--name \"" + name + "\" is not a host name (RFC 1123): letters, digits, '-' and '.'");
    }
    return name;
  }

  String controller(List<String> configured) throws UsageException {
    String given = options.get("--controller");
    if (given == null) {
      if (configured.isEmpty()) {
        throw new UsageException("say which controller: --controller HOST:PORT");
      }
      return configured.getFirst();
    }
    if (HostPort.parse(given).filter(address -> address.port() > 0).isEmpty()) {
      throw new UsageException(
          "--controller \"" + given + "\" is not HOST:PORT, like fleet.example:7443");
    }
    return given;
  }

  String token() throws UsageException {
    String file = options.get("--token-file");
    String token = options.get("--token");
    if (file != null && token != null) {
      throw new UsageException("give one of --token-file and --token");
    }
    if (file != null) {
      try {
        return file.equals("-")
            ? new String(System.in.readNBytes(4096), java.nio.charset.StandardCharsets.UTF_8)
            : Files.readString(Path.of(file));
      } catch (IOException e) {
        throw new UsageException("--token-file " + file + " cannot be read: " + e);
      }
    }
    String present = token != null ? token : environment.get("HOSTLER_JOIN_TOKEN");
    if (present == null || present.isBlank()) {
      throw new UsageException(
          "a join token is needed: --token-file FILE or HOSTLER_JOIN_TOKEN; `hostler token create`"
              + " makes one");
    }
    return present;
  }
}
