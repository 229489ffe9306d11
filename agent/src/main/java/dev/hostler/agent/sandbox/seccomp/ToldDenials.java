package dev.hostler.agent.sandbox.seccomp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Has denied calls told by the supervisor instead of denied in silence. Those that a profile fails
 * with EPERM are; another error number is a profile's way to say that the kernel is older than it
 * is (clone3), and stays with the kernel, like unknown calls.
 */
public final class ToldDenials {
  private static final SeccompAction EPERM = SeccompAction.errno(1);

  /**
   * The kernel answers these itself: the supervisor gets to hear of calls only once the program was
   * executed.
   */
  private static final Set<String> NEVER = Set.of("execve", "execveat", "exit", "exit_group");

  private ToldDenials() {}

  /** The policy with its denials told. */
  public static SeccompPolicy of(SeccompPolicy policy) {
    Map<Integer, List<SyscallRule>> rules = new HashMap<>();
    policy
        .rules()
        .forEach((number, all) -> rules.put(number, all.stream().map(ToldDenials::told).toList()));
    for (String name : NEVER) {
      OptionalInt number = policy.architecture().syscalls().number(name);
      if (number.isPresent()) {
        List<SyscallRule> own = new ArrayList<>(policy.rulesOf(number.getAsInt()));
        own.add(new SyscallRule(List.of(), policy.otherwise(number.getAsInt())));
        rules.put(number.getAsInt(), own);
      }
    }
    return new SeccompPolicy(policy.architecture(), told(policy.defaultAction()), rules);
  }

  /**
   * The policy with connections told, for a program that has no network: the kernel would fail each
   * of them, and nobody would know. The supervisor gives the same answer.
   */
  public static SeccompPolicy ofConnections(SeccompPolicy policy) {
    OptionalInt connect = policy.architecture().syscalls().number("connect");
    return connect.isEmpty()
        ? policy
        : policy.withFirst(connect.getAsInt(), new SyscallRule(List.of(), SeccompAction.NOTIFY));
  }

  private static SyscallRule told(SyscallRule rule) {
    return new SyscallRule(rule.checks(), told(rule.action()));
  }

  private static SeccompAction told(SeccompAction action) {
    return action.equals(EPERM) ? SeccompAction.NOTIFY : action;
  }
}
