package dev.hostler.lab.bench;

import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import dev.hostler.trust.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The hardening of SSH, previewed on many hosts that differ: must be shown in as many groups as
 * there are kinds of hosts, and leave every host as it was. Each agent is a process that sees a
 * folder of its own at {@code /etc/ssh/sshd_config.d}. Run by {@code lab/preview-fleet}.
 */
public final class PreviewFleet {
  private static final Path FOLDER = Path.of("/etc/ssh/sshd_config.d");
  private static final String DROP_IN = "10-hostler.conf";

  /** What a host has before. */
  private enum Kind {
    /** Nothing of ours. */
    FRESH,
    /** An older drop-in. */
    OLD,
    /** A drop-in that somebody has edited. */
    EDITED,
    /** All as wanted. */
    HARDENED,
    /** Something that sshd does not accept, so that nothing may be changed. */
    BROKEN;

    /** The i-th host's: many are fresh, few are broken. */
    static Kind of(int i) {
      return i % 50 == 49
          ? BROKEN
          : i % 25 == 24 ? HARDENED : i % 10 == 9 ? EDITED : i % 4 == 3 ? OLD : FRESH;
    }
  }

  private final Stack stack;
  private final Path data;
  private final TreeMap<String, Kind> kinds = new TreeMap<>();

  private PreviewFleet(Stack stack, Path data) {
    this.stack = stack;
    this.data = data;
  }

  /**
   * Runs it.
   *
   * @param args how many hosts; default 100
   */
  public static void main(String[] args) throws Exception {
    if (args.length > 1 || (args.length == 1 && !args[0].matches("[1-9][0-9]{0,2}"))) {
      System.err.println(
          "lab/preview-fleet: '" + String.join(" ", args) + "' is not a number of hosts");
      System.exit(2);
    }
    Path data = Files.createTempDirectory(Path.of("/srv"), "hostler-preview-fleet-");
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    boolean good;
    try (Stack stack = Stack.start(Stack.checkout(), data)) {
      good = new PreviewFleet(stack, data).run(args.length == 0 ? 100 : Integer.parseInt(args[0]));
    }
    try (Stream<Path> all = Files.walk(data)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    System.exit(good ? 0 : 1);
  }

  private boolean run(int hosts) throws Exception {
    Path signer = data.resolve("signer");
    good("signer", "create", signer.toString());
    String file = data.resolve("hardening.hostler").toString();
    good(
        "bundle",
        "build",
        Stack.checkout().resolve("examples/sshd-hardening").toString(),
        "--out",
        file);
    good("bundle", "sign", file, "--signer", signer.toString());
    good("bundle", "push", file);
    start(hosts, signer);
    Map<String, String> before = state();
    long begin = System.nanoTime();
    CliResult shown =
        stack.cli("run", "--preview", "-o", "json", "-t", "true", "sshd-hardening", "apply");
    double seconds = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0;
    boolean grouped = grouped(shown.text());
    boolean untouched = state().equals(before);
    System.out.printf(
        Locale.ROOT,
        "%d hosts of %d kinds, previewed in %.1f s: grouped %s; the hosts %s%n",
        hosts,
        kinds.values().stream().distinct().count(),
        seconds,
        grouped ? "as they differ" : "WRONGLY",
        untouched ? "are as they were" : "HAVE CHANGED");
    if (!grouped) {
      System.out.println(shown);
    }
    return grouped && untouched;
  }

  private void start(int hosts, Path signer) throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      List<Future<?>> starting = new ArrayList<>();
      for (int i = 0; i < hosts; i++) {
        String name = String.format(Locale.ROOT, "host-%03d", i);
        Kind kind = Kind.of(i);
        kinds.put(name, kind);
        Path own = folder(name, kind);
        starting.add(
            pool.submit(() -> {
              AgentHost host = stack.enrol(name, "");
              host.pinBundleRoots(signer.resolve("root.crt"));
              host.startWith(own, FOLDER);
              stack.awaitConnected(name);
              return host;
            }));
      }
      for (Future<?> one : starting) {
        one.get();
      }
    }
    Stack.await("all hosts connected", () -> connected() == hosts);
  }

  private int connected() {
    return stack
            .cli("host", "list", "-o", "json")
            .text()
            .replace(" ", "")
            .split("\"connected\":true", -1)
            .length
        - 1;
  }

  /** What it has of ours is as its kind says; something else differs on every host. */
  private Path folder(String name, Kind kind) throws IOException {
    Path own = Files.createDirectories(data.resolve("folders/" + name));
    Files.writeString(own.resolve("99-site.conf"), "# " + name + "\nBanner /etc/" + name + "\n");
    switch (kind) {
      case FRESH -> {}
      case OLD -> Files.writeString(own.resolve(DROP_IN), "PermitRootLogin yes\nMaxAuthTries 6\n");
      case EDITED -> Files.writeString(own.resolve(DROP_IN), "PermitRootLogin yes\nPort 2222\n");
      case BROKEN -> Files.writeString(own.resolve("05-broken.conf"), "NoSuchKeyword yes\n");
      case HARDENED ->
          Files.writeString(
              own.resolve(DROP_IN),
              """
              # Written by the Hostler bundle sshd-hardening. Changes are overwritten.
              PermitRootLogin no
              PasswordAuthentication no
              KbdInteractiveAuthentication no
              PermitEmptyPasswords no
              MaxAuthTries 3
              LoginGraceTime 30
              X11Forwarding no
              """);
    }
    return own;
  }

  /** One group for each kind: exactly its hosts, and what is to be changed on them. */
  private boolean grouped(String lines) {
    Map<Kind, TreeSet<String>> wanted = new TreeMap<>();
    kinds.forEach((name, kind) -> wanted.computeIfAbsent(kind, _ -> new TreeSet<>()).add(name));
    for (String line : lines.lines().toList()) {
      JsonNode group = Json.parse(line.getBytes(StandardCharsets.UTF_8));
      if (!group.path("type").asString("").equals("preview")) {
        continue;
      }
      TreeSet<String> hosts = new TreeSet<>();
      group.path("hosts").forEach(host -> hosts.add(host.asString()));
      Kind kind = kinds.get(hosts.first());
      if (kind == null || !hosts.equals(wanted.remove(kind)) || !fits(kind, group)) {
        return false;
      }
      System.out.printf("  %-8s %3d hosts, %s changes%n", kind, hosts.size(), group.path("count"));
    }
    return wanted.isEmpty();
  }

  private static boolean fits(Kind kind, JsonNode group) {
    String changes = group.path("changes").toString();
    return switch (kind) {
      case FRESH -> changes.contains("\"created\"") && changes.contains("+PermitRootLogin no");
      case OLD -> changes.contains("\"changed\"") && changes.contains("-MaxAuthTries 6");
      case EDITED -> changes.contains("\"changed\"") && changes.contains("-Port 2222");
      case HARDENED -> group.path("count").asInt(-1) == 0;
      case BROKEN -> group.path("count").asInt(-1) == 0 && group.path("exit_code").asInt(0) != 0;
    };
  }

  private Map<String, String> state() throws IOException {
    TreeMap<String, String> state = new TreeMap<>();
    try (Stream<Path> all = Files.walk(data.resolve("folders"))) {
      for (Path path : all.toList()) {
        state.put(
            path.toString(),
            Files.getLastModifiedTime(path)
                + " "
                + Files.getPosixFilePermissions(path)
                + (Files.isRegularFile(path) ? Files.readString(path) : ""));
      }
    }
    return state;
  }

  private void good(String... arguments) {
    CliResult result = stack.cli(arguments);
    if (result.exitCode() != 0) {
      throw new IllegalStateException(result.toString());
    }
  }
}
