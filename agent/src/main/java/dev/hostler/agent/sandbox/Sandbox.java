package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.cgroup.Cgroup;
import dev.hostler.agent.sandbox.cgroup.CgroupUnsupportedException;
import dev.hostler.agent.sandbox.cgroup.Cgroups;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Starts attempts in sandboxes, and finds those that an earlier agent started. Thread-safe. */
public final class Sandbox {
  private static final Duration WATCH_INTERVAL = Duration.ofMillis(50);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(30);
  private static final String UNCONFINED = "unconfined";

  /** The program of `hostler sandbox test`. */
  public static final String PROBE = "hostler-escape";

  private final Launcher launcher;
  private final PathRules paths;
  private final HostLimits host;
  private final FilterCache filters;
  private final Cgroups cgroups;
  private final TimeSource time;

  private Sandbox(
      Launcher launcher,
      Path state,
      KernelVersion kernel,
      HostLimits host,
      Cgroups cgroups,
      TimeSource time) {
    this.launcher = launcher;
    this.paths = new PathRules(state);
    this.host = host;
    this.filters = new FilterCache(kernel);
    this.cgroups = cgroups;
    this.time = time;
  }

  /**
   * The launcher's usual place: the system property {@code hostler.launcher}, else beside the
   * program, else where the build puts it.
   *
   * @throws SandboxUnsupportedException if it is not there
   */
  public static Path launcher() throws SandboxUnsupportedException {
    return Launcher.locate();
  }

  /**
   * The folder of the program {@link #PROBE}, to be shown to a sandbox as its payload.
   *
   * @throws SandboxUnsupportedException if it is not installed
   */
  public Path probe() throws SandboxUnsupportedException {
    return launcher.escape();
  }

  /**
   * Makes sure that this host can sandbox at all.
   *
   * @param launcher the program hostler-launch
   * @param state the agent's state directory, which no path may be declared in
   * @throws SandboxUnsupportedException if it cannot; says what is missing
   * @throws IOException if that cannot be found out
   */
  public static Sandbox open(Path launcher, Path state, Cgroups cgroups, TimeSource time)
      throws SandboxUnsupportedException, IOException, InterruptedException {
    KernelVersion kernel = KernelVersion.ofHost();
    kernel.check();
    Launcher program = new Launcher(launcher.toAbsolutePath());
    program.probe();
    return new Sandbox(program, state, kernel, HostLimits.ofHost(), cgroups, time);
  }

  /**
   * Starts a program. Returns as soon as its supervisor runs; whether the program could be executed
   * is in the run's record.
   *
   * @param directory the attempt's own; made if it is not there; must not have been run in before
   * @throws SandboxUnsupportedException if something cannot be enforced as declared; nothing runs
   *     then
   * @throws IOException if it could not be started; nothing runs and no cgroup is left then
   */
  public SandboxedRun start(SandboxSpec spec, Path directory, RunListener listener)
      throws SandboxUnsupportedException, IOException, InterruptedException {
    host.check(spec);
    FileView view = paths.check(spec.files());
    byte[] filter = filters.filter(spec);
    AttemptFiles files = new AttemptFiles(directory.toAbsolutePath().normalize());
    files.prepare();
    if (Files.exists(files.spec())) {
      throw new SandboxException(
          directory + ": was used for a run before; each attempt needs a directory of its own");
    }
    Cgroup cgroup = create(spec);
    boolean started = false;
    try {
      String filterName = UNCONFINED;
      if (filter.length > 0) {
        files.write(files.filter(), filter);
        filterName = AttemptFiles.FILTER_NAME;
      }
      files.write(files.spec(), SpecFile.bytes(spec, view, files.directory(), cgroup, filterName));
      byte[] secrets = SpecFile.secrets(spec);
      Process supervisor = launcher.start(files.spec(), files.log(), secrets);
      Arrays.fill(secrets, (byte) 0);
      started = true;
      SandboxedRun run = new SandboxedRun(spec.attempt(), files, cgroup, listener, time);
      run.follow(supervisor);
      return run;
    } finally {
      if (!started) {
        cgroup.remove();
      }
    }
  }

  private Cgroup create(SandboxSpec spec)
      throws SandboxUnsupportedException, IOException, InterruptedException {
    try {
      return cgroups.create(spec.attempt(), spec.limits());
    } catch (CgroupUnsupportedException e) {
      throw new SandboxUnsupportedException(
          "limits", spec.limits(), String.valueOf(e.getMessage()));
    }
  }

  /**
   * Finds a run again after a restart of the agent: whether it still goes on, has ended meanwhile,
   * or lost its supervisor. In the last case it is killed, and its record says so. A run that was
   * never started has no supervisor either.
   *
   * @param attempt as in the spec that it was started with
   * @param directory as it was started with
   * @throws IOException if that cannot be found out
   */
  public SandboxedRun reattach(String attempt, Path directory, RunListener listener)
      throws IOException {
    SandboxSpec.checkAttempt(attempt);
    AttemptFiles files = new AttemptFiles(directory.toAbsolutePath().normalize());
    SandboxedRun run = new SandboxedRun(attempt, files, cgroups.open(attempt), listener, time);
    run.follow(Supervisors.find(files.spec()), WATCH_INTERVAL);
    return run;
  }

  /**
   * Attempts that still have a cgroup, running or not. After a restart, those that the agent does
   * not know of can be given to {@link #remove}.
   *
   * @throws IOException if the cgroups cannot be read
   */
  public List<String> remaining() throws IOException {
    return cgroups.names();
  }

  /**
   * Kills whatever is left of an attempt that nobody follows, and removes its cgroup.
   *
   * @throws IOException if processes are left after half a minute, or the cgroup cannot be removed
   */
  public void remove(String attempt) throws IOException, InterruptedException {
    Cgroup cgroup = cgroups.open(attempt);
    if (!cgroup.kill(KILL_LIMIT)) {
      throw new SandboxException(cgroup + ": processes in it do not die");
    }
    cgroup.remove();
  }
}
