package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.cgroup.CgroupLimits;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * One attempt's sandbox, whole. Start from {@link SandboxDefaults#spec} and change with the {@code
 * with} methods.
 *
 * @param attempt names the attempt and its cgroup: 1 to 100 of A-Z a-z 0-9 . _ -, not starting with
 *     '.'
 * @param command what is executed
 * @param user whom it runs as
 * @param files what it sees of the host's files
 * @param network what it reaches
 * @param capabilities what it keeps of root's power; empty for none
 * @param limits of all its processes together
 * @param rlimits of each of its processes
 * @param seccomp which system calls it may make
 * @param timing how long it may run
 * @param output how much of its output is kept
 * @param hostname what it sees as the host's name: 1 to 64 of A-Z a-z 0-9 . -
 * @param onDenied what follows a denied system call
 * @param recording what is looked at besides
 */
public record SandboxSpec(
    String attempt,
    Command command,
    SandboxUser user,
    FileView files,
    Network network,
    Set<Capability> capabilities,
    CgroupLimits limits,
    List<Rlimit> rlimits,
    Seccomp seccomp,
    Timing timing,
    OutputCaps output,
    String hostname,
    OnDenied onDenied,
    Recording recording) {
  private static final Pattern ATTEMPT = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");
  private static final Pattern HOSTNAME = Pattern.compile("[A-Za-z0-9-][A-Za-z0-9.-]{0,63}");

  /**
   * @throws IllegalArgumentException if a name is malformed
   */
  public SandboxSpec {
    capabilities = Set.copyOf(capabilities);
    rlimits = List.copyOf(rlimits);
    checkAttempt(attempt);
    if (!HOSTNAME.matcher(hostname).matches()) {
      throw new IllegalArgumentException(
          "sandbox: hostname " + hostname + ": must be 1 to 64 letters, digits, '.', '-'");
    }
  }

  /** With nothing looked at besides. */
  public SandboxSpec(
      String attempt,
      Command command,
      SandboxUser user,
      FileView files,
      Network network,
      Set<Capability> capabilities,
      CgroupLimits limits,
      List<Rlimit> rlimits,
      Seccomp seccomp,
      Timing timing,
      OutputCaps output,
      String hostname,
      OnDenied onDenied) {
    this(
        attempt,
        command,
        user,
        files,
        network,
        capabilities,
        limits,
        rlimits,
        seccomp,
        timing,
        output,
        hostname,
        onDenied,
        Recording.NOTHING);
  }

  /** Refuses what could not name a file and a cgroup. */
  static void checkAttempt(String attempt) {
    if (!ATTEMPT.matcher(attempt).matches()) {
      throw new IllegalArgumentException(
          "sandbox: attempt "
              + attempt
              + ": must be 1 to 100 letters, digits, '.', '_', '-', not starting with '.'");
    }
  }

  /** The same with these secret variables. */
  public SandboxSpec withSecrets(Map<String, String> secrets) {
    return with(draft ->
        draft.command = new Command(command.argv(), command.env(), command.cwd(), secrets));
  }

  /** The same with another user. */
  public SandboxSpec withUser(SandboxUser other) {
    return with(draft -> draft.user = other);
  }

  /** The same with another view of the files. */
  public SandboxSpec withFiles(FileView other) {
    return with(draft -> draft.files = other);
  }

  /** The same with another network. */
  public SandboxSpec withNetwork(Network other) {
    return with(draft -> draft.network = other);
  }

  /** The same with other capabilities. */
  public SandboxSpec withCapabilities(Set<Capability> other) {
    return with(draft -> draft.capabilities = other);
  }

  /** The same with other limits. */
  public SandboxSpec withLimits(CgroupLimits other) {
    return with(draft -> draft.limits = other);
  }

  /** The same with other limits of each process. */
  public SandboxSpec withRlimits(List<Rlimit> other) {
    return with(draft -> draft.rlimits = other);
  }

  /** The same with another system call filter. */
  public SandboxSpec withSeccomp(Seccomp other) {
    return with(draft -> draft.seccomp = other);
  }

  /** The same with other times. */
  public SandboxSpec withTiming(Timing other) {
    return with(draft -> draft.timing = other);
  }

  /** The same with other caps. */
  public SandboxSpec withOutput(OutputCaps other) {
    return with(draft -> draft.output = other);
  }

  /** The same with another consequence of denied system calls. */
  public SandboxSpec withOnDenied(OnDenied other) {
    return with(draft -> draft.onDenied = other);
  }

  /** The same with something else looked at. */
  public SandboxSpec withRecording(Recording other) {
    return with(draft -> draft.recording = other);
  }

  private SandboxSpec with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.spec();
  }

  /** All parts, to change one of them. */
  private static final class Draft {
    private final String attempt;
    private Command command;
    private SandboxUser user;
    private FileView files;
    private Network network;
    private Set<Capability> capabilities;
    private CgroupLimits limits;
    private List<Rlimit> rlimits;
    private Seccomp seccomp;
    private Timing timing;
    private OutputCaps output;
    private final String hostname;
    private OnDenied onDenied;
    private Recording recording;

    Draft(SandboxSpec of) {
      attempt = of.attempt;
      command = of.command;
      user = of.user;
      files = of.files;
      network = of.network;
      capabilities = of.capabilities;
      limits = of.limits;
      rlimits = of.rlimits;
      seccomp = of.seccomp;
      timing = of.timing;
      output = of.output;
      hostname = of.hostname;
      onDenied = of.onDenied;
      recording = of.recording;
    }

    SandboxSpec spec() {
      return new SandboxSpec(
          attempt,
          command,
          user,
          files,
          network,
          capabilities,
          limits,
          rlimits,
          seccomp,
          timing,
          output,
          hostname,
          onDenied,
          recording);
    }
  }
}
