package dev.hostler.trust.job;

import dev.hostler.trust.bundle.Version;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.limits.Limit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What a job must obey beyond its form. The same rules hold when it is signed, taken and run. */
final class JobRules {
  private static final int MAX_ARGUMENTS = 4096;
  private static final int MAX_COMMAND_BYTES = 128 << 10;
  private static final int MAX_VARIABLES = 256;
  private static final int MAX_ENV_BYTES = 64 << 10;
  private static final int MAX_PARAMS_BYTES = 96 << 10;
  private static final Duration MAX_TIMEOUT = Duration.ofDays(30);

  private static final Pattern NAME = Pattern.compile("[a-z](?:[a-z0-9-]{0,62}[a-z0-9])?");
  private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern SNAPSHOT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,110}");
  private static final int MAX_REASON = 500;
  private static final int MAX_SHOWN = 1000;
  private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9_-]{22}");

  private JobRules() {}

  static void check(JobStatement job, Problems problems) {
    switch (job.work()) {
      case JobWork.Action action -> action(action, problems);
      case JobWork.Command command -> command(command, problems);
      case JobWork.Snapshot snapshot -> snapshot(snapshot, problems);
      case JobWork.Checkpoint checkpoint -> CheckpointJson.check(checkpoint, problems);
      case JobWork.SandboxTest test -> sandboxTest(test, problems);
    }
    if ((job.work() instanceof JobWork.Snapshot || job.work() instanceof JobWork.Checkpoint)
        && !job.sandbox().equals(JobSandbox.USUAL)) {
      problems.add("sandbox", "is given", "no program runs for a snapshot; leave it out");
    }
    if (job.sandbox().learn() && !(job.work() instanceof JobWork.Action)) {
      problems.add("sandbox.learn", "is set", "only runs of actions are recorded");
    }
    CaptureJson.check(job, problems);
    env(job.env(), problems);
    Duration timeout = job.timeout();
    if (timeout != null && (timeout.toMillis() < 1 || timeout.compareTo(MAX_TIMEOUT) > 0)) {
      problems.add(
          "timeout_ms",
          "is " + timeout.toMillis(),
          "use 1 ms to " + MAX_TIMEOUT.toDays() + " days");
    }
    if (job.limits().get(Limit.TIMEOUT).isPresent()) {
      problems.add(
          "limits.timeout_ms", "is set", "the timeout of a job is its own field, timeout_ms");
    }
    job.limits().check("limits.", problems);
    times(job.notBefore(), job.expires(), problems);
    if (!isNonce(job.nonce())) {
      problems.add(
          "nonce",
          "is " + Problems.show(job.nonce()),
          "give 16 random bytes in base64url without padding");
    }
    if (job.targets().count() < 1) {
      problems.add("targets.count", "is 0", "a job has at least one target");
    }
    digest("targets.root", job.targets().root(), problems);
  }

  private static void action(JobWork.Action action, Problems problems) {
    name("action.bundle", action.bundle(), problems);
    name("action.action", action.action(), problems);
    digest("action.manifest", action.manifest(), problems);
    try {
      Version.parse(action.version());
    } catch (IllegalArgumentException e) {
      problems.add("action.version", String.valueOf(e.getMessage()), "correct it");
    }
    int bytes = action.params().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_PARAMS_BYTES) {
      problems.add(
          "params",
          "have " + bytes + " bytes",
          "at most " + MAX_PARAMS_BYTES + "; pass large data as a file of the bundle");
    }
  }

  private static void command(JobWork.Command command, Problems problems) {
    List<String> argv = command.argv();
    if (argv.isEmpty() || argv.getFirst().isEmpty()) {
      problems.add("command", "is empty", "the first argument is the program to run");
    }
    if (argv.size() > MAX_ARGUMENTS) {
      problems.add("command", "has " + argv.size() + " arguments", "at most " + MAX_ARGUMENTS);
    }
    long bytes = 0;
    for (int i = 0; i < argv.size(); i++) {
      bytes += argv.get(i).getBytes(StandardCharsets.UTF_8).length;
      if (argv.get(i).indexOf('\0') >= 0) {
        problems.add("command[" + i + "]", "has a NUL byte", "arguments cannot have one");
      }
    }
    if (bytes > MAX_COMMAND_BYTES) {
      problems.add("command", "has " + bytes + " bytes", "at most " + MAX_COMMAND_BYTES);
    }
    if (!USER.matcher(command.runAs()).matches()) {
      problems.add(
          "run_as",
          Problems.show(command.runAs()) + " is not a user",
          "use \"root\" or the name of a user of the hosts; leave it out for the unprivileged one");
    }
  }

  private static void snapshot(JobWork.Snapshot snapshot, Problems problems) {
    if (!JobWork.Snapshot.VERBS.contains(snapshot.verb())) {
      problems.add(
          "snapshot.verb",
          "is " + Problems.show(snapshot.verb()),
          "use one of " + JobWork.Snapshot.VERBS);
    }
    boolean list = snapshot.verb().equals("list");
    if (list ? !snapshot.id().isEmpty() : !SNAPSHOT.matcher(snapshot.id()).matches()) {
      problems.add(
          "snapshot.id",
          "is " + Problems.show(snapshot.id()),
          list ? "leave it empty to list" : "give the id of a snapshot or of a job");
    }
    if (snapshot.force() && !List.of("restore", "rewind").contains(snapshot.verb())) {
      problems.add("snapshot.force", "is set", "only a restore can be forced");
    }
    shown("snapshot.shown", snapshot.shown(), snapshot.verb(), "apply", problems);
    reason("snapshot.reason", snapshot.reason(), snapshot.changes(), problems);
  }

  /** Digests of lists that were shown: some with one verb, none with others. */
  static void shown(
      String field, List<String> shown, String verb, String needs, Problems problems) {
    boolean needed = verb.equals(needs);
    if (needed == shown.isEmpty() || shown.size() > MAX_SHOWN) {
      problems.add(
          field,
          "has " + shown.size() + " digests",
          needed
              ? "give those of the 1 to " + MAX_SHOWN + " lists that were shown"
              : "only for " + needs);
    }
    for (int i = 0; i < Math.min(shown.size(), MAX_SHOWN); i++) {
      digest(field + "[" + i + "]", shown.get(i), problems);
    }
  }

  static void reason(String field, String reason, boolean needed, Problems problems) {
    if (reason.length() > MAX_REASON
        || reason.codePoints().anyMatch(Character::isISOControl)
        || (reason.isEmpty() && needed)) {
      problems.add(
          field,
          "is " + Problems.show(reason),
          "say why in one line of at most " + MAX_REASON + " characters");
    }
  }

  private static void sandboxTest(JobWork.SandboxTest test, Problems problems) {
    if (!test.runAs().equals(JobWork.Command.DEFAULT_USER) && !test.runAs().equals("root")) {
      problems.add(
          "sandbox_test.run_as",
          "is " + Problems.show(test.runAs()),
          "use \"default\" or \"root\"");
    }
  }

  private static void env(Map<String, String> env, Problems problems) {
    if (env.size() > MAX_VARIABLES) {
      problems.add("env", "has " + env.size() + " variables", "at most " + MAX_VARIABLES);
    }
    long bytes = 0;
    for (Map.Entry<String, String> one : env.entrySet()) {
      bytes += one.getKey().length() + one.getValue().getBytes(StandardCharsets.UTF_8).length;
      if (!VARIABLE.matcher(one.getKey()).matches() || one.getKey().startsWith("HOSTLER_")) {
        problems.add(
            "env",
            Problems.show(one.getKey()) + " is not a name for a variable",
            "use letters, digits and '_'; HOSTLER_ is taken by Hostler itself");
      }
      if (one.getValue().indexOf('\0') >= 0) {
        problems.add("env." + one.getKey(), "has a NUL byte", "values cannot have one");
      }
    }
    if (bytes > MAX_ENV_BYTES) {
      problems.add("env", "has " + bytes + " bytes", "at most " + MAX_ENV_BYTES);
    }
  }

  private static void times(Instant notBefore, Instant expires, Problems problems) {
    if (!notBefore.equals(notBefore.truncatedTo(ChronoUnit.SECONDS))) {
      problems.add("not_before", "is " + notBefore, "give whole seconds");
    }
    if (!expires.equals(expires.truncatedTo(ChronoUnit.SECONDS))) {
      problems.add("expires", "is " + expires, "give whole seconds");
    }
    if (!expires.isAfter(notBefore)
        || Duration.between(notBefore, expires).compareTo(JobStatement.LONGEST_LIFE) > 0) {
      problems.add(
          "expires",
          "is " + expires + ", not_before is " + notBefore,
          "let it end after that, by at most " + JobStatement.LONGEST_LIFE.toDays() + " days");
    }
  }

  /** The last of 22 characters has bits that stand for nothing; only one text is the nonce. */
  private static boolean isNonce(String text) {
    return NONCE.matcher(text).matches()
        && Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(Base64.getUrlDecoder().decode(text))
            .equals(text);
  }

  private static void name(String field, String value, Problems problems) {
    if (!NAME.matcher(value).matches()) {
      problems.add(
          field,
          Problems.show(value) + " is not a name",
          "use 1 to 64 lowercase letters, digits and single '-', beginning with a letter");
    }
  }

  private static void digest(String field, String value, Problems problems) {
    if (!SHA256.matcher(value).matches()) {
      problems.add(
          field, "is " + Problems.show(value), "give a SHA-256 as 64 lower-case hex digits");
    }
  }
}
