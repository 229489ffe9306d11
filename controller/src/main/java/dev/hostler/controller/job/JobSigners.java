package dev.hostler.controller.job;

import dev.hostler.controller.failure.RequestException;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobTrust;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.VerifiedJob;
import java.time.Instant;
import java.util.Optional;

/**
 * Whose jobs this controller takes. Each host decides again, by roots of its own: this only keeps
 * what no host would run out of the database. Thread-safe.
 *
 * @param roots what the configuration's operator roots make; empty: there are none
 */
public record JobSigners(Optional<JobTrust> roots) {

  /**
   * Verifies a job.
   *
   * @throws RequestException INVALID, naming what did not verify; FAILED_PRECONDITION without roots
   */
  VerifiedJob verify(SignedJob job, Instant now) {
    JobTrust trust =
        roots.orElseThrow(() ->
            new RequestException(
                RequestException.Kind.FAILED_PRECONDITION,
                "this controller knows no operators, so it takes no jobs: set trust.operator_roots"
                    + " in its configuration to a PEM file with the roots of your operators"
                    + " (`hostler operator create` makes one)"));
    try {
      return trust.verify(job, now);
    } catch (JobException e) {
      throw new RequestException(
          RequestException.Kind.INVALID,
          "job: " + e.reason() + ": " + e.getMessage() + advice(e.reason()),
          e);
    }
  }

  private static String advice(JobException.Reason reason) {
    return reason == JobException.Reason.SIGNER_UNTRUSTED
        ? "\nJobs are signed by operators below trust.operator_roots of this controller; the"
            + " certificate that logs in need not be one of them: see `hostler operator create`"
            + " and sign_cert in docs/keys.md"
        : "";
  }
}
