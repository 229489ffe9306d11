package dev.hostler.agent.work;

import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.trust.job.VerifiedJob;

/** What this host knows that a signature alone does not say: revocations and newer versions. */
@FunctionalInterface
public interface Freshness {
  /** Nothing beyond signatures is known. */
  Freshness UNKNOWN = _ -> {};

  /**
   * May this job, whose signature is good, be run now?
   *
   * @throws RefusedException why not
   */
  void require(VerifiedJob job) throws RefusedException;
}
