package dev.hostler.controller.access;

/** Decides; the one place where roles come in. Thread-safe. */
@FunctionalInterface
public interface AccessPolicy {
  /** Nobody may do anything. */
  AccessPolicy NONE = (_, _) -> false;

  /** Every operator with a certificate of the fleet may do everything. */
  AccessPolicy EVERY_OPERATOR = (_, _) -> true;

  /** May this operator do that? */
  boolean allows(Operator operator, Permission permission);
}
