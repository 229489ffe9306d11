package dev.hostler.trust.bundle;

import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which paths of a host an action may declare. A declaration is a grant that a signer signs; what
 * would give away the whole host, or Hostler itself, cannot be granted.
 */
public final class DeclaredPaths {
  /** Only as a whole: paths below are a signer's to grant. */
  private static final Set<String> WHOLE =
      Set.of(
          "/", "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/boot",
          "/var", "/home", "/root", "/opt", "/srv", "/mnt", "/media");

  /** With everything below: kernel interfaces, devices, sockets. */
  private static final List<String> TREES = List.of("/proc", "/sys", "/dev", "/run", "/var/run");

  /** Private to each run. */
  private static final List<String> PRIVATE = List.of("/tmp", "/var/tmp");

  /** Where Hostler keeps keys, roots and state by default. */
  private static final List<String> HOSTLER = List.of("/var/lib/hostler", "/etc/hostler");

  private static final int LONGEST = 1024;

  private DeclaredPaths() {}

  /**
   * Checks the declared paths of an action once more on the host, where it is known which
   * directories are the agent's own.
   *
   * @param protectedPaths absolute, normalised paths that must stay out of reach, for example the
   *     agent's state directory
   * @return every problem; empty if all is well
   */
  public static List<Problem> problems(Manifest.Action action, List<String> protectedPaths) {
    Problems problems = new Problems();
    check(action, "actions." + action.name(), protectedPaths, problems);
    return problems.list();
  }

  static void check(
      Manifest.Action action, String path, List<String> protectedPaths, Problems problems) {
    List<String> guarded = new ArrayList<>(HOSTLER);
    guarded.addAll(protectedPaths);
    String sandbox = path + ".sandbox.";
    list(action.sandbox().writable(), sandbox + "writable", guarded, problems);
    list(action.sandbox().readOnly(), sandbox + "read_only", guarded, problems);
    for (String both : action.sandbox().readOnly()) {
      if (action.sandbox().writable().contains(both)) {
        problems.add(
            sandbox + "read_only",
            Problems.show(both) + " is also in writable",
            "keep it in one of the two");
      }
    }
    hidden(action.sandbox(), sandbox + "hidden", problems);
    list(action.snapshot(), path + ".snapshot", guarded, problems);
    for (String kept : action.snapshot()) {
      if (action.sandbox().writable().stream().noneMatch(writable -> below(kept, writable))) {
        problems.add(
            path + ".snapshot",
            Problems.show(kept) + " is not at or below a writable path, so it cannot change",
            "add it to sandbox.writable, or leave it out here");
      }
    }
  }

  /** To hide is no grant; it only must not contradict one, nor take away what each run needs. */
  private static void hidden(Manifest.Sandbox sandbox, String field, Problems problems) {
    for (int i = 0; i < sandbox.hidden().size(); i++) {
      String declared = sandbox.hidden().get(i);
      if (!isNormalised(declared)) {
        problems.add(
            field,
            Problems.show(declared) + " is not an absolute, normalised path",
            "write it out, for example /srv/keys");
      } else if (declared.equals("/") || ofTheRun(declared)) {
        problems.add(
            field,
            Problems.show(declared) + " is every run's own",
            "leave it out: nothing of the host shows there");
      } else if (sandbox.hidden().indexOf(declared) < i) {
        problems.add(field, Problems.show(declared) + " is listed twice", "list it once");
      } else if (Stream.concat(sandbox.writable().stream(), sandbox.readOnly().stream())
          .anyMatch(shown -> below(shown, declared))) {
        problems.add(
            field,
            Problems.show(declared) + " hides what writable or read_only shows",
            "leave it out, or the other one");
      }
    }
  }

  private static boolean ofTheRun(String path) {
    return Stream.concat(TREES.stream(), PRIVATE.stream()).anyMatch(tree -> below(path, tree));
  }

  private static void list(
      List<String> paths, String field, List<String> guarded, Problems problems) {
    for (int i = 0; i < paths.size(); i++) {
      String declared = paths.get(i);
      String why = refusal(declared, guarded);
      if (why != null) {
        problems.add(field, Problems.show(declared) + " " + why, fix(declared));
      } else if (paths.indexOf(declared) < i) {
        problems.add(field, Problems.show(declared) + " is listed twice", "list it once");
      }
    }
  }

  private static String fix(String declared) {
    return PRIVATE.stream().anyMatch(one -> below(declared, one))
        ? "leave it out: every run has a private, writable /tmp and /var/tmp"
        : "declare the narrowest path that the action needs, for example"
            + " /etc/ssh/sshd_config.d";
  }

  /** Why no bundle can declare this path; null if one can. */
  public static @Nullable String refusal(String declared) {
    return refusal(declared, HOSTLER);
  }

  private static @Nullable String refusal(String declared, List<String> guarded) {
    if (!isNormalised(declared)) {
      return "is not an absolute, normalised path";
    }
    if (WHOLE.contains(declared)) {
      return "would hand over a whole system directory";
    }
    for (String tree : TREES) {
      if (below(declared, tree)) {
        return "is refused with everything below " + tree;
      }
    }
    for (String own : PRIVATE) {
      if (below(declared, own)) {
        return "is not the host's " + own + " inside a run";
      }
    }
    for (String guard : guarded) {
      if (below(declared, guard) || below(guard, declared)) {
        return "would expose Hostler's own " + guard;
      }
    }
    return null;
  }

  private static boolean isNormalised(String path) {
    return path.equals("/")
        || (path.length() <= LONGEST
            && path.startsWith("/")
            && PayloadPaths.isSafe(path.substring(1)));
  }

  /** Whether {@code path} is {@code folder} or below it. */
  private static boolean below(String path, String folder) {
    return path.equals(folder) || path.startsWith(folder.equals("/") ? "/" : folder + "/");
  }
}
