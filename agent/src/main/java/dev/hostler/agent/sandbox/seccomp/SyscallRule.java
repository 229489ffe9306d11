package dev.hostler.agent.sandbox.seccomp;

import java.util.List;

/**
 * What happens to a call whose arguments all fit.
 *
 * @param checks of its arguments; none: always
 * @param action what happens
 */
public record SyscallRule(List<ArgCheck> checks, SeccompAction action) {
  /** Copies the list. */
  public SyscallRule {
    checks = List.copyOf(checks);
  }
}
