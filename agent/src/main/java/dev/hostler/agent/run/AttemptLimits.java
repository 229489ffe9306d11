package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.sandbox.FileView;
import dev.hostler.agent.sandbox.OutputCaps;
import dev.hostler.agent.sandbox.Rlimit;
import dev.hostler.agent.sandbox.SandboxDefaults;
import dev.hostler.agent.sandbox.SandboxSpec;
import dev.hostler.agent.sandbox.SandboxUnsupportedException;
import dev.hostler.agent.sandbox.Timing;
import dev.hostler.agent.sandbox.cgroup.CgroupLimits;
import dev.hostler.trust.limits.EffectiveLimits;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Who has a say in what an attempt may use: its bundle's signer, or this host for commands; then
 * the host's owner, the controller's policy and who signed the job, who can only lower it.
 */
final class AttemptLimits {
  private static final long MILLIS_PER_SECOND = 1000;

  private AttemptLimits() {}

  /** Of an action that declares these. */
  static EffectiveLimits action(Limits declared, SandboxDefaults host, Assignment assignment) {
    Limits job = assignment.bounds().job();
    return lowered(
        EffectiveLimits.of(declared, EffectiveLimits.BUNDLE),
        host,
        assignment,
        assignment.timeout().isZero() ? job : job.with(Limit.TIMEOUT, timeout(assignment)));
  }

  /** Of a command: no signer has said how long it may take, so the operator does. */
  static EffectiveLimits command(SandboxDefaults host, Assignment assignment) {
    EffectiveLimits given = EffectiveLimits.of(host.ofCommands(), EffectiveLimits.HOST);
    EffectiveLimits asked =
        assignment.timeout().isZero()
            ? given
            : EffectiveLimits.of(given.limits().without(Limit.TIMEOUT), EffectiveLimits.HOST)
                .loweredBy(
                    Limits.of(Map.of(Limit.TIMEOUT, timeout(assignment))), EffectiveLimits.JOB);
    return lowered(asked, host, assignment, assignment.bounds().job());
  }

  private static EffectiveLimits lowered(
      EffectiveLimits given, SandboxDefaults host, Assignment assignment, Limits job) {
    return given
        .loweredBy(host.caps(), EffectiveLimits.HOST)
        .loweredBy(assignment.bounds().policy(), EffectiveLimits.POLICY)
        .loweredBy(job, EffectiveLimits.JOB);
  }

  private static long timeout(Assignment assignment) {
    return assignment.timeout().toMillis();
  }

  /**
   * The sandbox with these limits.
   *
   * @throws SandboxUnsupportedException if this host cannot grant them
   */
  static SandboxSpec apply(EffectiveLimits effective, SandboxSpec spec)
      throws SandboxUnsupportedException {
    Limits limits = effective.limits();
    FileView files = spec.files();
    long cpuTime = limits.get(Limit.CPU_TIME).orElse(0);
    long output = limits.require(Limit.OUTPUT);
    return spec.withLimits(
            new CgroupLimits(
                limits.require(Limit.MEMORY),
                limits.require(Limit.SWAP),
                limits.get(Limit.CPU).orElse(0),
                limits.require(Limit.PIDS),
                limits.require(Limit.CPU_WEIGHT),
                new CgroupLimits.DiskLimits(
                    limits.get(Limit.IO_READ).orElse(0), limits.get(Limit.IO_WRITE).orElse(0))))
        .withTiming(
            new Timing(
                Duration.ofMillis(limits.require(Limit.TIMEOUT)),
                Duration.ofMillis(cpuTime),
                Duration.ofMillis(limits.require(Limit.GRACE))))
        .withOutput(new OutputCaps(output, output))
        .withFiles(
            new FileView(
                files.writable(),
                files.readable(),
                files.hidden(),
                files.payload(),
                limits.require(Limit.TMP),
                files.preview()))
        .withRlimits(rlimits(spec.rlimits(), effective, cpuTime));
  }

  private static List<Rlimit> rlimits(
      List<Rlimit> usual, EffectiveLimits effective, long cpuTimeMillis)
      throws SandboxUnsupportedException {
    List<Rlimit> changed = new ArrayList<>();
    for (Rlimit one : usual) {
      changed.add(one.resource() == Rlimit.Resource.NOFILE ? openFiles(one, effective) : one);
    }
    if (cpuTimeMillis > 0) {
      // The supervisor looks at all processes together; the kernel ends a single one even without.
      long seconds = cpuTimeMillis / MILLIS_PER_SECOND + 2;
      changed.add(new Rlimit(Rlimit.Resource.CPU, seconds, seconds));
    }
    return changed;
  }

  private static Rlimit openFiles(Rlimit usual, EffectiveLimits effective)
      throws SandboxUnsupportedException {
    long most = effective.limits().require(Limit.OPEN_FILES);
    if (most > usual.hard()) {
      throw new SandboxUnsupportedException(
          "limits.open_files", most, "this host allows " + usual.hard());
    }
    boolean asUsual =
        effective.setBy(Limit.OPEN_FILES).equals(EffectiveLimits.HOST) && most == usual.hard();
    return asUsual ? usual : new Rlimit(Rlimit.Resource.NOFILE, most, most);
  }
}
