package dev.hostler.controller.access;

import java.util.Set;
import java.util.TreeSet;

/**
 * Who calls.
 *
 * @param name as in the certificate
 * @param roles names of roles; some may not exist here
 */
public record Operator(String name, Set<String> roles) {
  public Operator {
    roles = java.util.Collections.unmodifiableSet(new TreeSet<>(roles));
  }

  /** For messages: "operator NAME (roles A, B)". */
  String text() {
    return "operator "
        + name
        + (roles.isEmpty()
            ? " (no role)"
            : (roles.size() == 1 ? " (role " : " (roles ") + String.join(", ", roles) + ")");
  }
}
