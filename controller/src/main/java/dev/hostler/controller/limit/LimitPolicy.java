package dev.hostler.controller.limit;

import dev.hostler.trust.limits.Limits;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Limits of the fleet, a bundle or a host.
 *
 * @param scope for whom
 * @param subject bundle name or host id; empty for the fleet
 * @param limits they only lower what a bundle declares
 * @param changedAt null: never set
 * @param changedBy the operator who changed it last; empty: nobody
 */
public record LimitPolicy(
    LimitScope scope,
    String subject,
    Limits limits,
    @Nullable Instant changedAt,
    String changedBy) {

  /** A policy that nobody has set. */
  static LimitPolicy none(LimitScope scope, String subject) {
    return new LimitPolicy(scope, subject, Limits.NONE, null, "");
  }
}
