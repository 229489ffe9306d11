package dev.hostler.agent.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.attempt.Authority;
import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.work.JobPolicy.Rules;
import dev.hostler.trust.job.JobCapture;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.Operator;
import dev.hostler.trust.job.VerifiedJob;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a host's owner lets operators do. */
class JobPolicyTest {
  private static final List<String> ANY = List.of("*");

  private static VerifiedJob job(JobWork work, String... roles) {
    return new VerifiedJob(
        new JobDraft(work).statement(),
        new Operator("ann", new TreeSet<>(List.of(roles))),
        List.of());
  }

  private static VerifiedJob command(String user, String... roles) {
    return job(new JobWork.Command(List.of("id"), user), roles);
  }

  private static VerifiedJob action(String bundle, String... roles) {
    return job(new JobWork.Action(bundle, "1.0.0", "a", "ab".repeat(32), "{}"), roles);
  }

  private static Authority authority(String... roles) {
    return new Authority("ann", new TreeSet<>(List.of(roles)), List.of(), "", false);
  }

  private static void refused(String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.POLICY))
        .hasMessageContaining(message);
  }

  @Test
  void withoutRolesItHoldsForEverybody() throws Exception {
    JobPolicy policy =
        new JobPolicy(
            new Rules(true, List.of("web-*", "db"), List.of("default", "www")), new TreeMap<>());
    policy.require(command("default"));
    policy.require(command("www", "whatever"));
    refused("commands as \"root\"", () -> policy.require(command("root")));
    policy.require(action("web-front"));
    policy.require(action("db"));
    refused("policy.bundles = [web-*, db]", () -> policy.require(action("dbx")));
    refused("does not run bundle web", () -> policy.require(action("web")));
    policy.requireUser(authority(), "db", "www");
    refused("nothing as \"root\"", () -> policy.requireUser(authority(), "db", "root"));
  }

  @Test
  void aCommandRunsAsRootOnlyWhereRootIsNamed() throws Exception {
    JobPolicy.ALL_SIGNED.require(command("www"));
    refused("commands as \"root\"", () -> JobPolicy.ALL_SIGNED.require(command("root")));
    JobPolicy.ALL_SIGNED.requireUser(authority(), "db", "root");
    new JobPolicy(new Rules(true, ANY, List.of("*", "root")), new TreeMap<>())
        .require(command("root"));
  }

  @Test
  void commandsCanBeOff() throws Exception {
    JobPolicy policy = new JobPolicy(new Rules(false, ANY, ANY), new TreeMap<>());
    refused("policy.commands = \"off\"", () -> policy.require(command("default")));
    policy.require(action("web"));
  }

  @Test
  void oneRoleMustAllowAllOfIt() throws Exception {
    JobPolicy policy =
        new JobPolicy(
            new Rules(true, ANY, ANY),
            new TreeMap<>(
                Map.of(
                    "deployer", new Rules(false, List.of("web"), List.of("root")),
                    "operator", new Rules(true, List.of("report"), List.of("default")))));
    policy.require(command("default", "operator"));
    refused("commands", () -> policy.require(command("root", "operator")));
    refused("[deployer]", () -> policy.require(command("default", "deployer")));
    refused("no role", () -> policy.require(command("default")));
    refused("[deployer, operator]", () -> policy.require(action("web", "stranger")));
    policy.require(action("web", "stranger", "deployer"));
    policy.requireUser(authority("deployer"), "web", "root");
    // Each of two roles allows a part of it.
    refused(
        "bundle report as \"root\"",
        () -> policy.requireUser(authority("deployer", "operator"), "report", "root"));
  }

  @Test
  void whatNobodyMayNoRoleMay() {
    JobPolicy policy =
        new JobPolicy(
            new Rules(false, List.of("web"), List.of("default")),
            new TreeMap<>(Map.of("admin", new Rules(true, ANY, ANY))));
    refused("commands", () -> policy.require(command("default", "admin")));
    refused("does not run bundle db", () -> policy.require(action("db", "admin")));
    refused("nothing as", () -> policy.requireUser(authority("admin"), "web", "root"));
  }

  @Test
  void namesAreNoPatterns() {
    JobPolicy policy =
        new JobPolicy(new Rules(true, List.of("w.b", "\\E.*"), ANY), new TreeMap<>());
    refused("bundle web", () -> policy.require(action("web")));
  }

  @Test
  void snapshotsMayBeForLookingAtOnly() throws Exception {
    JobPolicy policy = new JobPolicy(new Rules(true, ANY, ANY, false), new TreeMap<>());
    policy.require(job(new JobWork.Snapshot("list", "", false, "")));
    policy.require(job(new JobWork.Snapshot("diff", "a.1", false, "")));
    refused(
        "policy.snapshots = \"off\"",
        () -> policy.require(job(new JobWork.Snapshot("restore", "a.1", false, "why"))));
    refused(
        "policy.snapshots = \"off\"",
        () ->
            policy.require(
                job(new JobWork.Snapshot("apply", "a", false, "why", List.of("ab".repeat(32))))));
    JobPolicy.ALL_SIGNED.require(job(new JobWork.Snapshot("remove", "a.1", false, "why")));
  }

  private static VerifiedJob keeping(JobWork work, String... paths) {
    return new VerifiedJob(
        new JobDraft(work).capture(new JobCapture(List.of(paths), true)).statement(),
        new Operator("ann", new TreeSet<>()),
        List.of());
  }

  @Test
  void pathsThatAJobNamesAreForTheHostsOwner() throws Exception {
    JobWork command = new JobWork.Command(List.of("id"), "default");
    JobPolicy.ALL_SIGNED.require(keeping(command, "/etc/ssh", "/opt"));
    for (VerifiedJob job :
        List.of(
            keeping(command, "/etc/ssh", "/home/ann"),
            keeping(action("web").statement().work(), "/home/ann"))) {
      assertThatThrownBy(() -> JobPolicy.ALL_SIGNED.require(job))
          .isInstanceOfSatisfying(
              RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.SNAPSHOT_PATH))
          .hasMessageContaining("--snapshot /home/ann: this host keeps nothing of that");
    }
    JobPolicy off = new JobPolicy(new Rules(true, ANY, ANY, false), new TreeMap<>());
    refused("policy.snapshots = \"off\"", () -> off.require(keeping(command, "/etc/ssh")));
    JobPolicy byRole =
        new JobPolicy(
            new Rules(true, ANY, ANY),
            new TreeMap<>(Map.of("a", new Rules(true, ANY, ANY, false))));
    VerifiedJob kept = keeping(command, "/etc/ssh");
    refused(
        "(snapshot;",
        () ->
            byRole.require(
                new VerifiedJob(
                    kept.statement(),
                    new Operator("ann", new TreeSet<>(List.of("a"))),
                    List.of())));
  }

  @Test
  void checkpointsAreOfPathsThatTheHostsOwnerAllows() throws Exception {
    JobWork create = JobWork.Checkpoint.create("a", List.of("/etc/ssh", "/home/ann"), "");
    assertThatThrownBy(() -> JobPolicy.ALL_SIGNED.require(job(create)))
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.SNAPSHOT_PATH))
        .hasMessageContaining("checkpoint path /home/ann: this host keeps nothing of that");
    JobPolicy off = new JobPolicy(new Rules(true, ANY, ANY, false), new TreeMap<>());
    for (JobWork work :
        List.of(
            JobWork.Checkpoint.create("a", List.of("/etc/ssh"), ""),
            JobWork.Checkpoint.plan("a", ""),
            JobWork.Checkpoint.restore("a", false, "why", List.of("ab".repeat(32))),
            JobWork.Checkpoint.remove("a", "why"))) {
      JobPolicy.ALL_SIGNED.require(job(work));
      refused("policy.snapshots = \"off\"", () -> off.require(job(work)));
    }
  }
}
