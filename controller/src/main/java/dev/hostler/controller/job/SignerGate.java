package dev.hostler.controller.job;

import dev.hostler.trust.job.VerifiedJob;

/** Asked about each job that verified, before anything of it is looked at. Thread-safe. */
@FunctionalInterface
public interface SignerGate {
  /**
   * Does the signer still count?
   *
   * @throws dev.hostler.controller.failure.RequestException PERMISSION_DENIED if not
   */
  void check(VerifiedJob job);
}
