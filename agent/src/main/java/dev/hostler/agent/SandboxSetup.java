package dev.hostler.agent;

import dev.hostler.agent.config.AgentConfig;
import dev.hostler.agent.sandbox.Accounts;
import dev.hostler.agent.sandbox.OutputCaps;
import dev.hostler.agent.sandbox.Recording;
import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.agent.sandbox.SandboxDefaults;
import dev.hostler.agent.sandbox.SandboxUnsupportedException;
import dev.hostler.agent.sandbox.SandboxUser;
import dev.hostler.agent.sandbox.Seccomp;
import dev.hostler.agent.sandbox.Timing;
import dev.hostler.agent.sandbox.cgroup.CgroupLimits;
import dev.hostler.agent.sandbox.cgroup.CgroupSettings;
import dev.hostler.agent.sandbox.cgroup.CgroupUnsupportedException;
import dev.hostler.agent.sandbox.cgroup.Cgroups;
import dev.hostler.agent.sandbox.seccomp.Architecture;
import dev.hostler.agent.sandbox.seccomp.ProfileContext;
import dev.hostler.agent.sandbox.seccomp.ProfileParser;
import dev.hostler.agent.sandbox.seccomp.SeccompProfileException;
import dev.hostler.agent.snapshot.SnapshotProgram;
import dev.hostler.agent.snapshot.SnapshotSettings;
import dev.hostler.agent.snapshot.Snapshots;
import dev.hostler.agent.vault.HostWrap;
import dev.hostler.agent.vault.Vault;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sandbox of this host, if it can have one. An agent whose host cannot sandbox stays up and
 * refuses work with the reason.
 *
 * @param sandbox null: none
 * @param unsupported why there is none; empty if there is one
 * @param cgroupVersion "v1", "v2" or "none"
 * @param defaults what programs get when nothing else is declared
 * @param launcher where hostler-launch is, and hostler-snapshot beside it; null: none
 */
record SandboxSetup(
    @Nullable Sandbox sandbox,
    String unsupported,
    String cgroupVersion,
    SandboxDefaults defaults,
    @Nullable Path launcher) {
  private static final Logger log = LoggerFactory.getLogger(SandboxSetup.class);
  private static final Path USUAL_STATE = Path.of("/var/lib/hostler/agent");

  /**
   * Opens the sandbox.
   *
   * @throws IOException if the host's state cannot be found out
   */
  static SandboxSetup open(AgentConfig config, TimeSource time)
      throws IOException, InterruptedException {
    SandboxDefaults defaults = defaults(config);
    String version = "none";
    try {
      Cgroups cgroups = Cgroups.detect(CgroupSettings.ofHost(cgroup(config)), time);
      version = "v" + cgroups.version();
      Path launcher =
          config.sandbox().launcher().isPresent()
              ? config.sandbox().launcher().get()
              : Sandbox.launcher();
      return new SandboxSetup(
          Sandbox.open(launcher, config.stateDir(), cgroups, time),
          "",
          version,
          defaults,
          launcher);
    } catch (CgroupUnsupportedException | SandboxUnsupportedException e) {
      log.error("this host cannot sandbox, all work is refused: {}", e.getMessage());
      return new SandboxSetup(null, String.valueOf(e.getMessage()), version, defaults, null);
    }
  }

  /** A host that runs nothing, for this reason. */
  static SandboxSetup none(AgentConfig config, String why) throws IOException {
    return new SandboxSetup(null, why, "none", defaults(config), null);
  }

  /**
   * The snapshots of this host, with keys that are wrapped for it; null if it runs nothing, or the
   * program that takes them is missing.
   *
   * @throws IOException if the store cannot be read or written
   */
  @Nullable Snapshots snapshots(
      Path store, SnapshotSettings settings, HostWrap wrap, TimeSource time) throws IOException {
    if (launcher == null) {
      return null;
    }
    Vault vault =
        Vault.open(store.resolve("keys"), wrap, settings.encrypt(), settings.newKeyAfter(), time);
    SnapshotProgram program;
    try {
      program = SnapshotProgram.beside(launcher, vault);
    } catch (IOException e) {
      log.error("actions that declare a snapshot are refused: {}", e.getMessage());
      return null;
    }
    return Snapshots.open(store, program, settings, time);
  }

  private static SandboxDefaults defaults(AgentConfig config) throws IOException {
    AgentConfig.Sandbox wanted = config.sandbox();
    SandboxUser user;
    try {
      user = new Accounts(Path.of("/etc")).resolve(wanted.user());
    } catch (SandboxUnsupportedException e) {
      throw new IOException("sandbox.user in agent.toml: " + e.getMessage(), e);
    }
    return new SandboxDefaults(
        config.stateDir(),
        user,
        new CgroupLimits(wanted.memoryBytes(), 0, wanted.cpuMillis(), wanted.pids()),
        new Timing(wanted.timeout(), wanted.grace()),
        new OutputCaps(wanted.outputBytes(), wanted.outputBytes()),
        wanted.tmpBytes(),
        wanted.onDenied(),
        seccomp(wanted.seccomp()),
        config.limits(),
        wanted.tellWrites() ? Recording.WRITES : Recording.NOTHING,
        wanted.hidden(),
        wanted.learn());
  }

  /** A profile that means nothing here is found at the start, not by the first job. */
  private static Seccomp seccomp(String word) throws IOException {
    if (word.equals("default")) {
      return new Seccomp.Standard();
    }
    if (word.equals("any")) {
      return new Seccomp.Unconfined();
    }
    String json = Files.readString(Path.of(word));
    try {
      ProfileParser.parse(json, new ProfileContext(Architecture.ofHost(), Set.of(), 6, 0));
    } catch (SeccompProfileException e) {
      throw new IOException("sandbox.seccomp in agent.toml: " + word + ": " + e.getMessage(), e);
    }
    return new Seccomp.Profile(json);
  }

  /** Agents with different states on one host must not see each other's attempts. */
  private static String cgroup(AgentConfig config) {
    if (config.sandbox().cgroup().isPresent()) {
      return config.sandbox().cgroup().get();
    }
    Path state = config.stateDir();
    if (state.equals(USUAL_STATE)) {
      return "hostler";
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(state.toString().getBytes(StandardCharsets.UTF_8));
      return "hostler-" + HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
