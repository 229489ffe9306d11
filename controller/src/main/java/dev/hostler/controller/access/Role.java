package dev.hostler.controller.access;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Permissions under a name, and how far they reach.
 *
 * @param name as in certificates
 * @param permissions what it allows
 * @param scope on what
 */
record Role(String name, Set<Permission> permissions, Scope scope) {
  private static final Set<Permission> SEE =
      EnumSet.of(
          Permission.CONTROLLER_READ,
          Permission.HOST_READ,
          Permission.BUNDLE_READ,
          Permission.JOB_READ,
          Permission.INDEX_READ,
          Permission.PROFILE_READ,
          Permission.TRUST_READ,
          Permission.LIMITS_READ,
          Permission.CERTIFICATE_RENEW);

  /** Sees, changes nothing. */
  static final Role VIEWER = new Role("viewer", SEE, Scope.ALL);

  /** Runs what is there: actions and commands. */
  static final Role OPERATOR =
      new Role(
          "operator",
          with(
              SEE,
              Permission.JOB_SUBMIT,
              Permission.JOB_CANCEL,
              Permission.HOST_LABEL,
              Permission.ALERT_WRITE),
          Scope.ALL);

  /** Brings bundles and runs their actions, but no commands. */
  static final Role DEPLOYER =
      new Role(
          "deployer",
          with(
              SEE,
              Permission.BUNDLE_PUSH,
              Permission.INDEX_PUSH,
              Permission.JOB_SUBMIT,
              Permission.JOB_CANCEL),
          Scope.ACTIONS);

  /** Who and what is trusted, and who did what; runs nothing, makes no operators. */
  static final Role SECURITY =
      new Role(
          "security",
          with(
              SEE,
              Permission.AUDIT_READ,
              Permission.TOKEN_READ,
              Permission.TOKEN_WRITE,
              Permission.HOST_APPROVE,
              Permission.HOST_REMOVE,
              Permission.JOB_CANCEL,
              Permission.TRUST_WRITE,
              Permission.PROFILE_WRITE,
              Permission.LIMITS_WRITE,
              Permission.INDEX_PUSH,
              Permission.CERTIFICATE_READ),
          Scope.ALL);

  /** Everything. */
  static final Role ADMIN = new Role("admin", EnumSet.allOf(Permission.class), Scope.ALL);

  /** Those that are always there. */
  static final List<Role> BUILT_IN = List.of(VIEWER, OPERATOR, DEPLOYER, SECURITY, ADMIN);

  Role {
    permissions = Set.copyOf(permissions);
  }

  private static Set<Permission> with(Collection<Permission> some, Permission... more) {
    EnumSet<Permission> all = EnumSet.copyOf(some);
    all.addAll(List.of(more));
    return all;
  }
}
