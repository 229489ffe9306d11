package dev.hostler.controller.job;

import dev.hostler.controller.db.Transaction;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;

/** When hosts were last seen by any controller. Thread-safe. */
@FunctionalInterface
public interface HostSightings {
  /** By host; a host that was never seen has no entry. */
  Map<UUID, Instant> lastSeen(Transaction transaction, Collection<UUID> hosts);
}
