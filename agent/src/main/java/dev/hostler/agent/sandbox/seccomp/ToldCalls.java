package dev.hostler.agent.sandbox.seccomp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has permitted calls told to the supervisor, which lets them go on (launcher/src/denials.c). No
 * call gets more or less than its policy permits.
 */
public final class ToldCalls {
  /** O_ACCMODE, O_CREAT and O_TRUNC: without them, nothing is changed by an open. */
  private static final int CHANGING = 03 | 0100 | 01000;

  /** The flags' place among the arguments. */
  private static final Map<String, Integer> OPENING = Map.of("open", 1, "openat", 2);

  /** Those of launcher/src/writes.c. */
  private static final Set<String> CHANGES =
      Set.of(
          "open",
          "openat",
          "openat2",
          "creat",
          "mkdir",
          "mkdirat",
          "mknod",
          "mknodat",
          "symlink",
          "symlinkat",
          "link",
          "linkat",
          "unlink",
          "unlinkat",
          "rmdir",
          "rename",
          "renameat",
          "renameat2",
          "truncate",
          "chmod",
          "fchmodat",
          "fchmodat2",
          "chown",
          "lchown",
          "fchownat",
          "utime",
          "utimes",
          "futimesat",
          "utimensat",
          "setxattr",
          "lsetxattr",
          "removexattr",
          "lremovexattr");

  /** What nobody could answer before the program runs, or what no program asks for by itself. */
  private static final Set<String> NEVER =
      Set.of("execve", "execveat", "exit", "exit_group", "rt_sigreturn", "restart_syscall");

  private ToldCalls() {}

  /** The policy with changes of files told. */
  public static SeccompPolicy changes(SeccompPolicy policy) {
    return told(policy, CHANGES, OPENING);
  }

  /** The policy with all calls told that can be. */
  public static SeccompPolicy all(SeccompPolicy policy) {
    return told(policy, Set.copyOf(policy.architecture().syscalls().names().values()), Map.of());
  }

  private static SeccompPolicy told(
      SeccompPolicy policy, Set<String> calls, Map<String, Integer> opening) {
    Map<Integer, List<SyscallRule>> rules = new HashMap<>();
    policy
        .rules()
        .forEach((number, all) -> {
          String name = policy.architecture().syscalls().names().getOrDefault(number, "");
          boolean tells = calls.contains(name) && !NEVER.contains(name);
          rules.put(number, tells ? told(all, opening.get(name)) : all);
        });
    return new SeccompPolicy(policy.architecture(), policy.defaultAction(), rules);
  }

  private static List<SyscallRule> told(List<SyscallRule> rules, @Nullable Integer flags) {
    List<SyscallRule> told = new ArrayList<>();
    for (SyscallRule rule : rules) {
      if (!rule.action().permits()) {
        told.add(rule);
        continue;
      }
      if (flags != null) {
        List<ArgCheck> only = new ArrayList<>(rule.checks());
        only.add(new ArgCheck(flags, ArgCheck.Op.MASKED_EQ, CHANGING, 0, true));
        told.add(new SyscallRule(only, rule.action()));
      }
      told.add(new SyscallRule(rule.checks(), SeccompAction.TELL));
    }
    return told;
  }
}
