package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.attempt.Work;
import dev.hostler.agent.bundle.BundleLease;
import dev.hostler.agent.identity.HostSealing;
import dev.hostler.agent.sandbox.Accounts;
import dev.hostler.agent.sandbox.Capability;
import dev.hostler.agent.sandbox.FileView;
import dev.hostler.agent.sandbox.Network;
import dev.hostler.agent.sandbox.OnDenied;
import dev.hostler.agent.sandbox.Sandbox;
import dev.hostler.agent.sandbox.SandboxDefaults;
import dev.hostler.agent.sandbox.SandboxSpec;
import dev.hostler.agent.sandbox.SandboxUnsupportedException;
import dev.hostler.agent.sandbox.Seccomp;
import dev.hostler.agent.sandbox.WritablePath;
import dev.hostler.trust.bundle.DeclaredPaths;
import dev.hostler.trust.bundle.InvalidBundleException;
import dev.hostler.trust.bundle.JobVariables;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.bundle.Parameters;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.limits.EffectiveLimits;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.secret.SealedParameters;
import dev.hostler.trust.secret.SecretException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns what is asked for, and what a bundle declares, into a sandbox. Stateless. */
final class SandboxPlan {
  private final SandboxDefaults defaults;
  private final Accounts accounts;
  private final UserRule users;
  private final HostSealing sealing;

  SandboxPlan(SandboxDefaults defaults, Accounts accounts, UserRule users, HostSealing sealing) {
    this.defaults = defaults;
    this.accounts = accounts;
    this.users = users;
    this.sealing = sealing;
  }

  /**
   * A sandbox, and who decided what it may use.
   *
   * @param spec the sandbox
   * @param limits what is in it of limits
   */
  record Planned(SandboxSpec spec, EffectiveLimits limits) {}

  /**
   * A sandbox for a command.
   *
   * @throws IllegalArgumentException if something cannot be passed to a program
   * @throws SandboxUnsupportedException if there is no such user
   * @throws IOException if the host's accounts cannot be read
   */
  Planned command(Assignment assignment, Work.Command command)
      throws SandboxUnsupportedException, IOException {
    SandboxSpec spec =
        defaults.spec(
            assignment.id().label(),
            command.argv(),
            environment(assignment, Map.of()),
            Optional.empty());
    EffectiveLimits limits = AttemptLimits.command(defaults, assignment);
    spec = AttemptLimits.apply(limits, spec);
    return new Planned(as(command.runAs(), narrowed(spec, assignment)), limits);
  }

  /**
   * A sandbox for the agent's own attacks on it: the one that a command gets.
   *
   * @param probe folder with the program that makes them
   * @throws SandboxUnsupportedException if the host's accounts have no such user
   * @throws IOException if they cannot be read
   */
  Planned sandboxTest(Assignment assignment, Work.SandboxTest test, Path probe)
      throws SandboxUnsupportedException, IOException {
    SandboxSpec spec =
        defaults.spec(
            assignment.id().label(),
            List.of(FileView.PAYLOAD.resolve(Sandbox.PROBE).toString(), "all"),
            environment(assignment, Map.of()),
            Optional.of(probe));
    EffectiveLimits limits = AttemptLimits.command(defaults, assignment);
    spec = AttemptLimits.apply(limits, spec);
    return new Planned(as(test.runAs(), narrowed(spec, assignment)), limits);
  }

  private SandboxSpec as(String user, SandboxSpec spec)
      throws SandboxUnsupportedException, IOException {
    return user.equals(Manifest.Action.DEFAULT_USER) ? spec : spec.withUser(accounts.resolve(user));
  }

  /**
   * A sandbox for an action, as its bundle's signer declared it.
   *
   * @throws RefusedException if there is no such action, or the parameters do not fit
   * @throws SandboxUnsupportedException if this host cannot do what is declared
   * @throws IOException if the host's accounts cannot be read
   */
  Planned action(Assignment assignment, Work.Action work, BundleLease bundle)
      throws RefusedException, SandboxUnsupportedException, IOException {
    requireName(work, bundle.manifest());
    Manifest.Action action = bundle.manifest().action(work.action());
    if (action == null) {
      throw new RefusedException(
          Refusal.ACTION_INVALID,
          "the bundle %s %s has no action \"%s\", it has %s"
              .formatted(
                  bundle.manifest().name(),
                  bundle.manifest().version(),
                  work.action(),
                  bundle.manifest().actions().keySet()));
    }
    users.requireUser(assignment.authority(), work.bundle(), action.runAs());
    List<Problem> problems = DeclaredPaths.problems(action, List.of(defaults.state().toString()));
    if (!problems.isEmpty()) {
      throw new RefusedException(
          Refusal.SANDBOX_UNSUPPORTED,
          problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
    }
    requireShown(action.sandbox());
    List<Problem> variables = JobVariables.problems(action, assignment.env().keySet());
    if (!variables.isEmpty()) {
      throw new RefusedException(
          Refusal.ACTION_INVALID,
          variables.stream().map(Problem::toString).collect(Collectors.joining("; ")));
    }
    Map<String, String> declared = NetworkVariables.of(action.sandbox().network());
    declared.putAll(action.env());
    Map<String, String> secrets = new TreeMap<>();
    boolean secret = SealedParameters.hasSealed(work.paramsJson());
    (secret ? secrets : declared).putAll(parameters(action, work).environment());
    Manifest.Sandbox sandbox = action.sandbox();
    EffectiveLimits limits = AttemptLimits.action(action.limits(), defaults, assignment);
    Set<Capability> capabilities = new HashSet<>();
    for (String name : sandbox.capabilities()) {
      capabilities.add(Capability.ofName(name));
    }
    SandboxSpec spec =
        defaults
            .spec(
                assignment.id().label(),
                argv(action),
                environment(assignment, declared),
                Optional.of(bundle.payload()))
            .withFiles(
                new FileView(
                    sandbox.writable().stream().map(Path::of).map(WritablePath::of).toList(),
                    sandbox.readOnly().stream().map(Path::of).toList(),
                    defaults.hidden(sandbox.hidden()),
                    Optional.of(bundle.payload()),
                    limits.limits().require(Limit.TMP)))
            .withNetwork(Network.ofWord(sandbox.network().text()))
            .withCapabilities(capabilities)
            .withSeccomp(profile(sandbox, bundle).within(defaults.seccomp()))
            .withOnDenied(
                sandbox.onDenied() == Manifest.OnDenied.KILL ? OnDenied.KILL : defaults.onDenied());
    spec = as(action.runAs(), AttemptLimits.apply(limits, spec.withSecrets(secrets)));
    SandboxSpec wide =
        assignment.authority().sandbox().learn() ? Learning.widened(spec, defaults) : spec;
    return new Planned(narrowed(wide, assignment), limits);
  }

  /** What the host's owner hides no signer shows. */
  private void requireShown(Manifest.Sandbox sandbox) throws RefusedException {
    for (String declared :
        Stream.concat(sandbox.writable().stream(), sandbox.readOnly().stream()).toList()) {
      for (Path owner : defaults.hiddenByOwner()) {
        if (Path.of(declared).startsWith(owner) || owner.startsWith(declared)) {
          throw new RefusedException(
              Refusal.SANDBOX_UNSUPPORTED,
              "%s is declared, and this host's owner hides %s (sandbox.hidden in its agent.toml)"
                  .formatted(declared, owner));
        }
      }
    }
  }

  /** What an operator asks for can only take away. */
  private static SandboxSpec narrowed(SandboxSpec spec, Assignment assignment) {
    String profile = assignment.authority().sandbox().seccomp();
    return profile.isEmpty()
        ? spec
        : spec.withSeccomp(new Seccomp.Profile(profile).within(spec.seccomp()));
  }

  /** The files of a payload were verified when they were unpacked, sizes included. */
  private static Seccomp profile(Manifest.Sandbox sandbox, BundleLease bundle) throws IOException {
    return sandbox.seccomp().equals(Manifest.Sandbox.DEFAULT_SECCOMP)
        ? new Seccomp.Standard()
        : new Seccomp.Profile(Files.readString(bundle.payload().resolve(sandbox.seccomp())));
  }

  /** The digest decides which bundle it is; the operator signed for what it is called, too. */
  private static void requireName(Work.Action work, Manifest manifest) throws RefusedException {
    if (!manifest.name().equals(work.bundle())
        || !manifest.version().toString().equals(work.version())) {
      throw new RefusedException(
          Refusal.ACTION_INVALID,
          "the operator signed for bundle %s %s, but the bundle of the digest that was signed is %s %s"
              .formatted(work.bundle(), work.version(), manifest.name(), manifest.version()));
    }
  }

  private Parameters parameters(Manifest.Action action, Work.Action work) throws RefusedException {
    try {
      SealedParameters.requireSealed(work.paramsJson(), action.paramsSchema());
      String open =
          sealing.open(work.paramsJson(), work.sealed().wrappedKey(), work.sealed().nonce());
      return Parameters.of(action, open.getBytes(StandardCharsets.UTF_8));
    } catch (InvalidBundleException e) {
      throw new RefusedException(Refusal.ACTION_INVALID, String.valueOf(e.getMessage()));
    } catch (SecretException e) {
      throw new RefusedException(refusal(e.reason()), String.valueOf(e.getMessage()));
    }
  }

  private static Refusal refusal(SecretException.Reason reason) {
    return switch (reason) {
      case NO_KEY -> Refusal.SEALED_KEY_MISSING;
      case MALFORMED -> Refusal.SEALED_MALFORMED;
      case CANNOT_OPEN, UNUSABLE_KEY, NOT_VOUCHED -> Refusal.SEALED_CANNOT_OPEN;
    };
  }

  private static List<String> argv(Manifest.Action action) {
    List<String> argv = new ArrayList<>(action.argv());
    argv.set(0, FileView.PAYLOAD.resolve(argv.getFirst()).toString());
    return argv;
  }

  /** The declared variables, above them those asked for, above all who and what this is. */
  private static Map<String, String> environment(
      Assignment assignment, Map<String, String> declared) {
    Map<String, String> env = new TreeMap<>(declared);
    env.putAll(assignment.env());
    env.putAll(declaredHostler(declared));
    env.put("HOSTLER_JOB_ID", assignment.jobId());
    env.put("HOSTLER_TASK_ID", assignment.id().taskId());
    env.put("HOSTLER_OPERATOR", assignment.operator());
    return env;
  }

  /** Validated parameters cannot be replaced by variables that nobody validated. */
  private static Map<String, String> declaredHostler(Map<String, String> declared) {
    Map<String, String> own = new TreeMap<>(declared);
    own.keySet().removeIf(name -> !name.startsWith("HOSTLER_"));
    return own;
  }
}
