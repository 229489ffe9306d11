package dev.hostler.trust.bundle;

import dev.hostler.trust.bundle.Manifest.Action;
import dev.hostler.trust.bundle.Manifest.PayloadFile;
import dev.hostler.trust.bundle.Manifest.Sandbox;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What a manifest must obey beyond its form. The same rules hold at build, push and run. */
final class ManifestRules {
  static final int MAX_FILES = 20_000;
  static final long MAX_PAYLOAD_BYTES = 4L << 30;
  static final long MAX_FILE_BYTES = (8L << 30) - 1;

  /** Limits that every action has. */
  private static final Set<Limit> REQUIRED =
      EnumSet.of(
          Limit.MEMORY,
          Limit.PIDS,
          Limit.CPU,
          Limit.TIMEOUT,
          Limit.GRACE,
          Limit.OUTPUT,
          Limit.OPEN_FILES,
          Limit.TMP);

  private static final int MAX_ACTIONS = 100;
  private static final int MAX_TEXT = 500;
  private static final int MAX_ARGUMENT_BYTES = 64 * 1024;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private ManifestRules() {}

  static void check(Manifest manifest, Problems problems) {
    name(manifest.name(), "name", problems);
    text(manifest.description(), "description", problems);
    if (manifest.platforms().isEmpty()) {
      problems.add("platforms", "is empty", "name at least one, for example linux/any");
    }
    if (new HashSet<>(manifest.platforms()).size() < manifest.platforms().size()) {
      problems.add("platforms", "names one twice", "list each platform once");
    }
    payload(manifest.payload(), problems);
    if (manifest.actions().isEmpty() || manifest.actions().size() > MAX_ACTIONS) {
      problems.add(
          "actions",
          "has " + manifest.actions().size() + " entries",
          "declare 1 to " + MAX_ACTIONS + " actions");
    }
    manifest
        .actions()
        .forEach((name, action) -> action(action, "actions." + name, manifest, problems));
  }

  private static void name(String name, String field, Problems problems) {
    if (name.length() > 64 || !NAME.matcher(name).matches()) {
      problems.add(
          field,
          Problems.show(name) + " is not a name",
          "use 1 to 64 lowercase letters, digits and single '-', beginning with a letter");
    }
  }

  private static void text(String text, String field, Problems problems) {
    if (text.length() > MAX_TEXT || text.codePoints().anyMatch(Character::isISOControl)) {
      problems.add(
          field,
          Problems.show(text) + " is not one line",
          "use at most " + MAX_TEXT + " characters without control characters");
    }
  }

  private static void payload(List<PayloadFile> payload, Problems problems) {
    if (payload.isEmpty() || payload.size() > MAX_FILES) {
      problems.add(
          "payload", "has " + payload.size() + " files", "a payload has 1 to " + MAX_FILES);
    }
    PayloadPaths paths = new PayloadPaths(problems);
    long total = 0;
    for (PayloadFile file : payload) {
      paths.next(file.path());
      if (!SHA256.matcher(file.sha256()).matches()) {
        problems.add(
            "payload " + Problems.show(file.path()),
            "its sha256 is not 64 lowercase hexadecimal digits",
            "build the bundle again");
      }
      total += Math.min(file.size(), MAX_FILE_BYTES);
    }
    if (total > MAX_PAYLOAD_BYTES) {
      problems.add(
          "payload",
          "unpacks to more than " + MAX_PAYLOAD_BYTES + " bytes",
          "fetch large data from elsewhere, by digest");
    }
  }

  private static void action(Action action, String path, Manifest manifest, Problems problems) {
    name(action.name(), path, problems);
    text(action.description(), path + ".description", problems);
    argv(action.argv(), path + ".argv", manifest.payload(), problems);
    ParamsSchema.checkForm(action.paramsSchema(), path + ".params", problems);
    if (!USER.matcher(action.runAs()).matches()) {
      problems.add(
          path + ".run_as",
          Problems.show(action.runAs()) + " is not a user",
          "use \"default\" (unprivileged), \"root\" or the name of a user of the host");
    }
    env(action.env(), path + ".env", problems);
    Sandbox sandbox = action.sandbox();
    Capabilities.check(sandbox.capabilities(), path + ".sandbox.capabilities", problems);
    if (new HashSet<>(sandbox.capabilities()).size() < sandbox.capabilities().size()) {
      problems.add(path + ".sandbox.capabilities", "names one twice", "list each once");
    }
    seccomp(sandbox.seccomp(), path + ".sandbox.seccomp", manifest.payload(), problems);
    PeerRules.check(sandbox, path + ".sandbox.", problems);
    DeclaredPaths.check(action, path, List.of(), problems);
    if (action.rollbackOnFailure() && action.snapshot().isEmpty()) {
      problems.add(
          path + ".rollback_on_failure",
          "is set, but no path is kept",
          "name paths in snapshot, or leave it out");
    }
    StateEntries.check(action.state(), path + ".state", problems);
    if (!action.state().isEmpty() && action.snapshot().isEmpty()) {
      problems.add(
          path + ".state", "is part of a snapshot, and no path is kept", "name paths in snapshot");
    }
    limits(action.limits(), path + ".limits.", problems);
  }

  private static void seccomp(
      String profile, String field, List<PayloadFile> payload, Problems problems) {
    if (profile.equals(Sandbox.DEFAULT_SECCOMP)) {
      return;
    }
    boolean held =
        profile.endsWith(".json")
            && payload.stream()
                .anyMatch(file ->
                    file.path().equals(profile) && file.size() <= Sandbox.MOST_SECCOMP_BYTES);
    if (!held) {
      problems.add(
          field,
          Problems.show(profile) + " is not a profile",
          "use \"default\", or the path of a .json file of at most 256 KiB in the payload");
    }
  }

  private static void argv(
      List<String> argv, String field, List<PayloadFile> payload, Problems problems) {
    if (argv.isEmpty()) {
      problems.add(field, "is empty", "name the program, for example [\"bin/collect\"]");
      return;
    }
    for (String argument : argv) {
      if (argument.indexOf('\0') >= 0
          || argument.getBytes(StandardCharsets.UTF_8).length > MAX_ARGUMENT_BYTES) {
        problems.add(
            field,
            Problems.show(argument) + " cannot be an argument",
            "use at most 64 KiB without NUL");
      }
    }
    String program = argv.getFirst();
    PayloadFile file =
        payload.stream().filter(one -> one.path().equals(program)).findFirst().orElse(null);
    if (file == null) {
      problems.add(
          field,
          Problems.show(program) + " is not a file of the payload",
          "begin with the path of a program in the payload folder, without a leading '/' or './'");
    } else if (!file.executable()) {
      problems.add(
          field,
          Problems.show(program) + " is not executable",
          "run chmod +x on it in the payload folder");
    }
  }

  private static void env(Map<String, String> env, String field, Problems problems) {
    env.forEach((name, value) -> {
      if (!VARIABLE.matcher(name).matches() || name.startsWith("HOSTLER_")) {
        problems.add(
            field,
            Problems.show(name) + " is not a variable name for a bundle",
            "use letters, digits and '_'; HOSTLER_ is taken by Hostler itself");
      }
      if (value.indexOf('\0') >= 0
          || value.getBytes(StandardCharsets.UTF_8).length > MAX_ARGUMENT_BYTES) {
        problems.add(
            field,
            "the value of " + Problems.show(name) + " cannot be passed",
            "use at most 64 KiB without NUL");
      }
    });
  }

  /** The others may be left out: no swap, the usual share, no limit. */
  private static void limits(Limits limits, String path, Problems problems) {
    for (Limit limit : REQUIRED) {
      if (limits.get(limit).isEmpty()) {
        problems.add(path + limit.key(), "is missing", "give " + limit.form());
      }
    }
    limits.check(path, problems);
  }
}
