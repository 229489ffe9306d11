package dev.hostler.controller.access;

/** What an operator may be allowed to do. */
public enum Permission {
  /** See the controller itself. */
  CONTROLLER_READ,
  /** See hosts. */
  HOST_READ,
  /** Label and remove hosts. */
  HOST_WRITE,
  /** See join tokens, without secrets. */
  TOKEN_READ,
  /** Make and revoke join tokens. */
  TOKEN_WRITE,
  /** See bundles. */
  BUNDLE_READ,
  /** Push bundles. */
  BUNDLE_WRITE,
  /** See jobs and their output. */
  JOB_READ,
  /** Submit and cancel jobs. */
  JOB_WRITE,
  /** See the audit log. */
  AUDIT_READ
}
