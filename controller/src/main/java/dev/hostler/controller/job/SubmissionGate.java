package dev.hostler.controller.job;

import java.util.Collection;
import java.util.UUID;

/** Asked, in the thread of the caller, before a job is committed. Thread-safe. */
@FunctionalInterface
public interface SubmissionGate {
  /**
   * May the caller have this done on these hosts?
   *
   * @throws dev.hostler.controller.failure.RequestException PERMISSION_DENIED if not
   */
  void check(Work work, Collection<UUID> hostIds);
}
