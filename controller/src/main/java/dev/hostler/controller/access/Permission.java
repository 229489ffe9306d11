package dev.hostler.controller.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What an operator may be allowed to do. The text form, {@code noun.verb}, stands in roles and in
 * messages. {@link Narrowing} says what of a role's scope narrows it.
 */
public enum Permission {
  /** See the controller itself, and as whom one is known. */
  CONTROLLER_READ(Narrowing.NOTHING),
  /** See hosts. */
  HOST_READ(Narrowing.HOSTS),
  /** Label hosts. */
  HOST_LABEL(Narrowing.HOSTS),
  /** Remove hosts. */
  HOST_REMOVE(Narrowing.HOSTS),
  /** Let hosts join that wait for it, or turn them away. */
  HOST_APPROVE(Narrowing.NOTHING),
  /** See join tokens, without secrets. */
  TOKEN_READ(Narrowing.NOTHING),
  /** Make and revoke join tokens. */
  TOKEN_WRITE(Narrowing.NOTHING),
  /** See bundles, and have a bundle file checked. */
  BUNDLE_READ(Narrowing.BUNDLES),
  /** Push bundles. */
  BUNDLE_PUSH(Narrowing.BUNDLES),
  /** See jobs and their output. */
  JOB_READ(Narrowing.WORK),
  /** Submit jobs. */
  JOB_SUBMIT(Narrowing.WORK),
  /** Cancel jobs. */
  JOB_CANCEL(Narrowing.WORK),
  /** Make and remove rules of alerts. */
  ALERT_WRITE(Narrowing.NOTHING),
  /** See the audit log. */
  AUDIT_READ(Narrowing.NOTHING),
  /** See trusted certificates and revocations. */
  TRUST_READ(Narrowing.NOTHING),
  /** Add and remove bundle roots and index roots, and revoke certificates. */
  TRUST_WRITE(Narrowing.NOTHING),
  /** Add and remove operator roots: decides who is an operator. */
  TRUST_OPERATORS(Narrowing.NOTHING),
  /** See named profiles of system calls. */
  PROFILE_READ(Narrowing.NOTHING),
  /** Push and remove named profiles of system calls. */
  PROFILE_WRITE(Narrowing.NOTHING),
  /** See the index. */
  INDEX_READ(Narrowing.NOTHING),
  /** Publish a signed index. */
  INDEX_PUSH(Narrowing.NOTHING),
  /** See what the fleet, bundles and hosts let attempts use. */
  LIMITS_READ(Narrowing.NOTHING),
  /** Set it. */
  LIMITS_WRITE(Narrowing.NOTHING),
  /** See certificates that the fleet CA issued. */
  CERTIFICATE_READ(Narrowing.NOTHING),
  /** Renew one's own certificate. */
  CERTIFICATE_RENEW(Narrowing.NOTHING),
  /** Issue operators' certificates: decides who is an operator. */
  OPERATOR_WRITE(Narrowing.NOTHING),
  /** Replace the fleet CA. */
  CA_ROTATE(Narrowing.NOTHING);

  /** What of a role's scope narrows a permission. */
  enum Narrowing {
    /** The permission is for the whole fleet; a role with a scope cannot have it narrowed. */
    NOTHING,
    /** The role's selector. */
    HOSTS,
    /** The role's bundles. */
    BUNDLES,
    /** Everything: selector, bundles, actions, commands. */
    WORK
  }

  private final Narrowing narrowing;

  Permission(Narrowing narrowing) {
    this.narrowing = narrowing;
  }

  Narrowing narrowing() {
    return narrowing;
  }

  /** As it stands in roles, for example "job.submit". */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  static Optional<Permission> of(String text) {
    return Arrays.stream(values()).filter(permission -> permission.text().equals(text)).findFirst();
  }
}
