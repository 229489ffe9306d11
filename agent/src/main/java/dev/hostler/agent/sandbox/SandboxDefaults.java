package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.cgroup.CgroupLimits;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a program gets when nothing else is declared: a user of nobody else's, no network, no
 * capability, no secrets of the host, bounded use of everything.
 *
 * @param state the agent's state directory; hidden from every program
 * @param user whom programs run as
 * @param limits of all processes of an attempt together
 * @param timing how long they may run
 * @param output how much of their output is kept
 * @param tmpBytes size of the private temporary directories together
 * @param onDenied what follows a denied system call
 * @param seccomp what the host permits at most, whatever is declared
 * @param caps what any attempt may use at most, whatever is declared
 * @param recording what is looked at besides: {@link Recording#NOTHING} or {@link Recording#WRITES}
 * @param hiddenByOwner absolute paths that the host's owner hides, besides the secrets known here
 * @param learn may runs be recorded, in a sandbox that permits all that a bundle could declare?
 */
public record SandboxDefaults(
    Path state,
    SandboxUser user,
    CgroupLimits limits,
    Timing timing,
    OutputCaps output,
    long tmpBytes,
    OnDenied onDenied,
    Seccomp seccomp,
    Limits caps,
    Recording recording,
    List<Path> hiddenByOwner,
    boolean learn) {
  /** Needs no entry in passwd, and unlike 65534 is nobody's: NFS and others share that one. */
  public static final long RUN_UID = 64_999;

  private static final long MIB = 1L << 20;
  private static final long MOST_OPEN_FILES = 65_536;
  private static final List<String> SECRETS =
      List.of(
          "/etc/shadow",
          "/etc/shadow-",
          "/etc/gshadow",
          "/etc/gshadow-",
          "/etc/security/opasswd",
          "/etc/ssl/private",
          "/etc/krb5.keytab",
          "/etc/wireguard",
          "/etc/NetworkManager/system-connections",
          "/etc/hostler",
          "/var/lib/hostler",
          "/var/spool/cron",
          "/var/lib/systemd/coredump",
          "/root",
          "/home");

  /** The usual values around this state directory. */
  public static SandboxDefaults of(Path state) {
    return new SandboxDefaults(
        state.toAbsolutePath().normalize(),
        SandboxUser.of(RUN_UID, RUN_UID),
        new CgroupLimits(512 * MIB, 0, 0, 512),
        new Timing(Duration.ofHours(1), Duration.ofSeconds(10)),
        new OutputCaps(256 * MIB, 256 * MIB),
        64 * MIB,
        OnDenied.DENY,
        new Seccomp.Standard(),
        Limits.NONE,
        Recording.WRITES,
        List.of(),
        false);
  }

  /**
   * A sandbox for this program, all else as said here.
   *
   * @param attempt names the attempt
   * @param argv the program and its arguments
   * @param env on top of the sandbox's own variables
   * @param payload a bundle's files; the program starts in there, else in /tmp
   * @throws IllegalArgumentException if something cannot be passed to exec
   */
  public SandboxSpec spec(
      String attempt, List<String> argv, Map<String, String> env, Optional<Path> payload) {
    Map<String, String> all = new HashMap<>();
    all.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    all.put("HOME", "/tmp");
    all.put("LANG", "C.UTF-8");
    all.put("HOSTLER_ATTEMPT", attempt);
    payload.ifPresent(_ -> all.put("HOSTLER_BUNDLE", FileView.PAYLOAD.toString()));
    all.putAll(env);
    return new SandboxSpec(
        attempt,
        new Command(argv, all, payload.isPresent() ? FileView.PAYLOAD.toString() : "/tmp"),
        user,
        new FileView(List.of(), List.of(), hidden(), payload, tmpBytes),
        Network.NONE,
        Set.of(),
        limits,
        List.of(new Rlimit(Rlimit.Resource.CORE, 0, 0), openFiles()),
        new Seccomp.Standard().within(seccomp),
        timing,
        output,
        "hostler",
        onDenied,
        recording);
  }

  /**
   * The customary soft limit, since this program's own may be too much for some, below a hard limit
   * that even a root without CAP_SYS_RESOURCE can set: at most this program's own.
   */
  private static Rlimit openFiles() {
    long hard = Math.min(HostLimits.ownOpenFiles(), MOST_OPEN_FILES);
    return new Rlimit(Rlimit.Resource.NOFILE, Math.min(1024, hard), hard);
  }

  /** What a command gets, of which no bundle says what it needs. */
  public Limits ofCommands() {
    Limits given =
        Limits.of(
            Map.of(
                Limit.MEMORY, limits.memoryBytes(),
                Limit.SWAP, limits.swapBytes(),
                Limit.PIDS, limits.pids(),
                Limit.TIMEOUT, timing.timeout().toMillis(),
                Limit.GRACE, timing.grace().toMillis(),
                Limit.OUTPUT, output.stdoutBytes(),
                Limit.OPEN_FILES, openFiles().hard(),
                Limit.TMP, tmpBytes));
    return limits.cpuMillis() == 0 ? given : given.with(Limit.CPU, limits.cpuMillis());
  }

  /** Secrets of the host, as far as they are there now. */
  public List<Path> hidden() {
    return hidden(List.of());
  }

  /**
   * The same, and what an action wants hidden.
   *
   * @param declared absolute paths
   */
  public List<Path> hidden(List<String> declared) {
    List<Path> hidden = new ArrayList<>(SECRETS.stream().map(Path::of).toList());
    hidden.addAll(hiddenByOwner);
    declared.stream().map(Path::of).forEach(hidden::add);
    hidden.add(state);
    Path ssh = Path.of("/etc/ssh");
    if (Files.isDirectory(ssh)) {
      try (DirectoryStream<Path> keys = Files.newDirectoryStream(ssh, "ssh_host_*_key")) {
        keys.forEach(hidden::add);
      } catch (IOException e) {
        hidden.add(ssh); // better too much than a key
      }
    }
    return hidden.stream().filter(Files::exists).distinct().toList();
  }
}
