package dev.hostler.controller.job;

import dev.hostler.trust.job.Operator;
import java.util.Collection;
import java.util.UUID;

/** Asked, in the thread of the caller, before a job is committed. Thread-safe. */
@FunctionalInterface
public interface SubmissionGate {
  /**
   * May the caller, and the operator who signed the job, have this done on these hosts?
   *
   * @param signer who signed it, as the certificate says
   * @throws dev.hostler.controller.failure.RequestException PERMISSION_DENIED if not
   */
  void check(Operator signer, Work work, Collection<UUID> hostIds);
}
