package dev.hostler.agent.attempt;

import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetProof;
import dev.hostler.trust.limits.Limits;

/**
 * What a controller wants this host to run. Nothing of it is verified.
 *
 * @param id which try at which task, for reports
 * @param jobId the job, for reports
 * @param job what an operator is said to have signed
 * @param proof that this host is among the job's targets
 * @param bundleSize how many bytes the bundle file has; at most so many are fetched
 * @param sealedKey what is said to open the job's sealed parameters here, base64url; empty: none
 * @param limits what the controller allows at most
 */
public record Offer(
    AttemptId id,
    String jobId,
    SignedJob job,
    TargetProof proof,
    long bundleSize,
    String sealedKey,
    Limits limits) {
  /** Without limits. */
  public Offer(
      AttemptId id,
      String jobId,
      SignedJob job,
      TargetProof proof,
      long bundleSize,
      String sealedKey) {
    this(id, jobId, job, proof, bundleSize, sealedKey, Limits.NONE);
  }
}
