package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Authority;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.policy.KeptPaths;
import dev.hostler.agent.run.UserRule;
import dev.hostler.trust.job.JobCapture;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.VerifiedJob;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What the host's owner lets operators do, whatever they sign. What is not allowed for everybody is
 * allowed to nobody. If there are roles, an operator needs one of them, and that one must allow all
 * of the job. Immutable.
 *
 * @param everybody for all operators
 * @param roles by name of a role in operators' certificates; empty: roles do not matter
 * @param kept which paths operators may name for snapshots
 */
public record JobPolicy(Rules everybody, SortedMap<String, Rules> roles, KeptPaths kept)
    implements UserRule {
  private static final String ROOT = "root";

  /** Everything that is signed, but no commands as root. */
  public static final JobPolicy ALL_SIGNED =
      new JobPolicy(new Rules(true, List.of("*"), List.of("*")), new TreeMap<>());

  /** Where the usual paths may be named. */
  public JobPolicy(Rules everybody, SortedMap<String, Rules> roles) {
    this(everybody, roles, KeptPaths.USUAL);
  }

  /** Copies the map. */
  public JobPolicy {
    roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
  }

  /**
   * What is allowed.
   *
   * @param commands plain commands?
   * @param bundles names of bundles; {@code *} stands for any number of characters
   * @param runAs users that programs may run as, likewise; "default" is the unprivileged one. A
   *     command runs as root only if root is named
   * @param snapshots may snapshots be restored, pinned and removed, and jobs name paths for them?
   */
  public record Rules(
      boolean commands, List<String> bundles, List<String> runAs, boolean snapshots) {
    /** With snapshots. */
    public Rules(boolean commands, List<String> bundles, List<String> runAs) {
      this(commands, bundles, runAs, true);
    }

    /** Copies the lists. */
    public Rules {
      bundles = List.copyOf(bundles);
      runAs = List.copyOf(runAs);
    }

    boolean bundle(String name) {
      return matches(bundles, name);
    }

    boolean user(String name) {
      return matches(runAs, name);
    }

    /**
     * That an action runs as root is in a manifest that somebody signed; of a command it is not.
     */
    boolean commandUser(String name) {
      return name.equals(ROOT) ? runAs.contains(ROOT) : user(name);
    }

    private static boolean matches(List<String> globs, String name) {
      return globs.stream()
          .anyMatch(glob ->
              Pattern.matches(
                  "\\Q" + glob.replace("\\E", "").replace("*", "\\E.*\\Q") + "\\E", name));
    }
  }

  /**
   * May this be run here? Of an action, the user is only known from its bundle: that is for {@link
   * #requireUser}.
   *
   * @throws RefusedException POLICY, naming the setting that forbids it
   */
  void require(VerifiedJob job) throws RefusedException {
    Set<String> held = job.operator().roles();
    JobCapture capture = job.statement().capture();
    if (!capture.isEmpty()) {
      require(
          held,
          Rules::snapshots,
          "snapshot",
          "this host takes and restores no snapshots for jobs (policy.snapshots = \"off\")");
      kept.require(capture.paths(), "--snapshot");
    }
    switch (job.statement().work()) {
      case JobWork.Snapshot snapshot ->
          require(
              held,
              rules -> rules.snapshots() || !snapshot.changes(),
              "snapshot " + snapshot.verb(),
              "this host restores and removes no snapshots (policy.snapshots = \"off\")");
      // Without restores there is no use for points to restore.
      case JobWork.Checkpoint checkpoint -> {
        require(
            held,
            Rules::snapshots,
            "checkpoint " + checkpoint.verb(),
            "this host keeps and restores no checkpoints (policy.snapshots = \"off\")");
        kept.require(checkpoint.paths(), "checkpoint path");
      }
      // Nothing of the operator's runs, and nothing that the sandbox would not hold.
      case JobWork.SandboxTest _ -> require(held, _ -> true, "sandbox test", "");
      case JobWork.Command command -> {
        require(
            held,
            rules -> rules.commands() && rules.commandUser(command.runAs()),
            "commands",
            everybody.commands()
                ? "this host runs no commands as \""
                    + command.runAs()
                    + "\" (policy.run_as = "
                    + everybody.runAs()
                    + ")"
                : "this host runs no plain commands (policy.commands = \"off\")");
      }
      case JobWork.Action action ->
          require(
              held,
              rules -> rules.bundle(action.bundle()),
              "bundle " + action.bundle(),
              "this host does not run bundle "
                  + action.bundle()
                  + " (policy.bundles = "
                  + everybody.bundles()
                  + ")");
    }
  }

  @Override
  public void requireUser(Authority authority, String bundle, String user) throws RefusedException {
    require(
        authority.roles(),
        rules -> rules.bundle(bundle) && rules.user(user),
        "bundle " + bundle + " as \"" + user + "\"",
        "this host runs nothing as \"" + user + "\" (policy.run_as = " + everybody.runAs() + ")");
  }

  private void require(Set<String> held, Predicate<Rules> allows, String what, String forbidden)
      throws RefusedException {
    if (!allows.test(everybody)) {
      throw new RefusedException(Refusal.POLICY, forbidden + " in its agent.toml");
    }
    if (roles.isEmpty()) {
      return;
    }
    for (String role : held) {
      Rules rules = roles.get(role);
      if (rules != null && allows.test(rules)) {
        return;
      }
    }
    throw new RefusedException(
        Refusal.POLICY,
        "this host does not allow it to operators with "
            + (held.isEmpty() ? "no role" : "the roles " + held)
            + " ("
            + what
            + "; see [policy.roles] in its agent.toml, which has "
            + roles.keySet()
            + ")");
  }
}
