package dev.hostler.controller.audit;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Which rows of the audit log; what is empty does not narrow.
 *
 * @param since not before
 * @param until before
 * @param actor by whom
 * @param host by or to this host, and jobs for it
 * @param verb "*" stands for any characters
 * @param result "ok" or "refused"
 */
public record AuditFilter(
    Optional<Instant> since,
    Optional<Instant> until,
    Optional<Actor> actor,
    Optional<UUID> host,
    Optional<String> verb,
    Optional<String> result) {
  /** All rows. */
  public static final AuditFilter ALL =
      new AuditFilter(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
}
