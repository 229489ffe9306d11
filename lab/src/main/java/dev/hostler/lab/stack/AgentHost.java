package dev.hostler.lab.stack;

import dev.hostler.trust.SigningKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An enrolled agent with a state folder and a cgroup of its own. Not thread-safe. */
public final class AgentHost implements AutoCloseable {
  private static final Pattern TOKEN = Pattern.compile("\"token\"\\s*:\\s*\"([^\"]+)\"");

  private final Path home;
  private final Path folder;
  private final String name;
  private final String group;
  private @Nullable Daemon daemon;

  /** What names of hosts begin with that record runs. */
  public static final String LEARNING = "learn";

  private AgentHost(Path home, Path folder, String name) {
    this.home = home;
    this.folder = folder;
    this.name = name;
    this.group = "hostler-lab-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
  }

  static AgentHost enrol(Stack stack, Path home, Path folder, String name, String more)
      throws IOException {
    Files.createDirectories(folder);
    AgentHost host = new AgentHost(home, folder, name);
    Files.writeString(
        folder.resolve("agent.toml"),
        """
        controllers = ["127.0.0.1:%d"]
        state_dir = "%s"

        [labels]
        lab = "true"

        [sandbox]
        cgroup = "%s"
        output = "2GiB"
        learn = %s
        """
                .formatted(
                    stack.agentPort(),
                    folder.resolve("state"),
                    host.group,
                    name.startsWith(LEARNING))
            + more);
    Path trust = Files.createDirectories(folder.resolve("state/trust"));
    Files.copy(stack.keys().root(), trust.resolve("operator-roots.pem"));
    CliResult made = stack.cli("token", "create", "--uses", "1", "--ttl", "10m", "-o", "json");
    Matcher token = TOKEN.matcher(made.text());
    if (!token.find()) {
      throw new IllegalStateException("no token: " + made);
    }
    CliResult enrolled =
        CliCall.start(
                List.of(
                    home.resolve("bin/hostler-agent").toString(),
                    "enroll",
                    "--config",
                    folder.resolve("agent.toml").toString(),
                    "--controller",
                    "127.0.0.1:" + stack.agentPort(),
                    "--name",
                    name),
                Map.of("HOSTLER_JOIN_TOKEN", token.group(1)))
            .result();
    if (enrolled.exitCode() != 0) {
      throw new IllegalStateException("could not enrol " + name + ": " + enrolled);
    }
    host.pin(stack.indexSigner().resolve(SigningKeys.ROOT_CERTIFICATE), "index-roots.pem");
    return host;
  }

  /** Starts the agent; returns at once. */
  public void start() {
    start(List.of());
  }

  /**
   * Starts the agent on what looks like another host; returns at once.
   *
   * @param own a directory that this agent, and what it starts, finds at {@code at}
   */
  public void startWith(Path own, Path at) {
    start(
        List.of(
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            "mount --bind \"$0\" \"$1\" && shift && exec \"$@\"",
            own.toString(),
            at.toString()));
  }

  private void start(List<String> before) {
    List<String> command = new ArrayList<>(before);
    command.add(home.resolve("bin/hostler-agent").toString());
    command.addAll(List.of("run", "--config", folder.resolve("agent.toml").toString()));
    daemon = Daemon.start("agent " + name, folder.resolve("agent.log"), Map.of(), command);
  }

  /** The running process. */
  public Daemon daemon() {
    if (daemon == null) {
      throw new IllegalStateException("agent " + name + " was not started");
    }
    return daemon;
  }

  /** Host name in the fleet. */
  public String name() {
    return name;
  }

  /** Configuration, state and log. */
  public Path folder() {
    return folder;
  }

  /** Pins roots of bundle signers, besides those that are pinned already. */
  public void pinBundleRoots(Path pem) throws IOException {
    pin(pem, "bundle-roots.pem");
  }

  private void pin(Path pem, String as) throws IOException {
    Path trust = folder.resolve("state/trust");
    Files.createDirectories(trust);
    Files.write(
        trust.resolve(as),
        Files.readAllBytes(pem),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Every cgroup of this agent that exists, its own and those of its attempts. */
  public List<Path> cgroups() {
    List<Path> mine = new ArrayList<>();
    try {
      Files.walkFileTree(
          Path.of("/sys/fs/cgroup"),
          Set.of(),
          4,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
              if (path.toString().contains("/" + group)) {
                mine.add(path);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
              if (attributes.isDirectory() && path.toString().contains("/" + group)) {
                mine.add(path); // at the deepest level, folders come as files
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException e) {
              return FileVisitResult.CONTINUE; // another program's group that is gone by now
            }

            @Override
            public FileVisitResult postVisitDirectory(Path path, @Nullable IOException e) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    mine.sort(null);
    return mine;
  }

  @Override
  public void close() {
    if (daemon != null) {
      daemon.close();
    }
    for (Path cgroup : cgroups().reversed()) {
      try {
        Files.deleteIfExists(cgroup);
      } catch (IOException e) {
        throw new UncheckedIOException("cgroup left behind: " + cgroup, e);
      }
    }
  }
}
