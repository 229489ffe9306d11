package dev.hostler.agent.sandbox.seccomp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A profile resolved for one machine, kernel and set of capabilities. Rules of a call with checks
 * of its arguments come first, in the order of the profile; then the rule without, if there is one;
 * then the default action. A number that the machine's table does not know fails with ENOSYS, so
 * that libraries fall back to older calls.
 *
 * @param architecture the machine
 * @param defaultAction for known calls without a fitting rule
 * @param rules by system call number
 */
public record SeccompPolicy(
    Architecture architecture, SeccompAction defaultAction, Map<Integer, List<SyscallRule>> rules) {
  private static final int ENOSYS = 38;

  /** What unknown numbers get. */
  static final SeccompAction UNKNOWN = SeccompAction.errno(ENOSYS);

  /** Sorts each call's rules. */
  public SeccompPolicy {
    rules =
        rules.entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> sorted(e.getValue())));
  }

  private static List<SyscallRule> sorted(List<SyscallRule> rules) {
    return rules.stream()
        .sorted(Comparator.comparing((SyscallRule rule) -> rule.checks().isEmpty()))
        .toList();
  }

  /** The same, but for this rule, which comes before all others of its call. */
  SeccompPolicy withFirst(int number, SyscallRule rule) {
    List<SyscallRule> all = new ArrayList<>(rulesOf(number));
    all.addFirst(rule);
    Map<Integer, List<SyscallRule>> changed = new HashMap<>(rules);
    changed.put(number, all);
    return new SeccompPolicy(architecture, defaultAction, changed);
  }

  /**
   * What both permit; of two denials the harder one. Rules of a call become all pairs in order: the
   * first pair that fits is the first rule here and the first rule there.
   */
  public SeccompPolicy stricter(SeccompPolicy other) {
    Set<Integer> numbers = new HashSet<>(rules.keySet());
    numbers.addAll(other.rules.keySet());
    Map<Integer, List<SyscallRule>> both = new HashMap<>();
    for (int number : numbers) {
      List<SyscallRule> pairs = new ArrayList<>();
      for (SyscallRule mine : complete(number)) {
        for (SyscallRule theirs : other.complete(number)) {
          List<ArgCheck> checks = new ArrayList<>(mine.checks());
          checks.addAll(theirs.checks());
          pairs.add(new SyscallRule(checks, mine.action().stricter(theirs.action())));
        }
      }
      both.put(number, pairs);
    }
    return new SeccompPolicy(architecture, defaultAction.stricter(other.defaultAction), both);
  }

  /** The rules of this number, up to one that always fits. */
  private List<SyscallRule> complete(int number) {
    List<SyscallRule> all = new ArrayList<>();
    for (SyscallRule rule : rulesOf(number)) {
      all.add(rule);
      if (rule.checks().isEmpty()) {
        return all;
      }
    }
    all.add(new SyscallRule(List.of(), otherwise(number)));
    return all;
  }

  /** The rules of this number. */
  List<SyscallRule> rulesOf(int number) {
    return rules.getOrDefault(number, List.of());
  }

  /** What a call without a fitting rule gets. */
  SeccompAction otherwise(int number) {
    return architecture.syscalls().names().containsKey(number) ? defaultAction : UNKNOWN;
  }

  /**
   * What happens to a call: the meaning of the profile, which the compiled filter must agree with.
   *
   * @param arguments six of them
   */
  public SeccompAction decide(int number, long[] arguments) {
    for (SyscallRule rule : rulesOf(number)) {
      if (rule.checks().stream().allMatch(check -> check.matches(arguments[check.index()]))) {
        return rule.action();
      }
    }
    return otherwise(number);
  }
}
