package dev.hostler.controller.job;

import dev.hostler.trust.job.SignedJob;
import java.util.List;

/**
 * What is submitted; nothing of it is verified.
 *
 * @param submitter who calls; need not be who signed
 * @param job what an operator is said to have signed
 * @param hostIds ids of the hosts that it is said to be signed for
 * @param idempotencyKey empty: none
 */
public record JobRequest(
    String submitter, SignedJob job, List<String> hostIds, String idempotencyKey) {
  /** Copies the list. */
  public JobRequest {
    hostIds = List.copyOf(hostIds);
  }
}
