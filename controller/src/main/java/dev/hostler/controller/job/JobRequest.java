package dev.hostler.controller.job;

import dev.hostler.trust.job.SignedJob;
import java.util.List;
import java.util.Map;

/**
 * What is submitted; nothing of it is verified.
 *
 * @param submitter who calls; need not be who signed
 * @param job what an operator is said to have signed
 * @param hostIds ids of the hosts that it is said to be signed for
 * @param idempotencyKey empty: none
 * @param sealedKeys by host id, what is said to open the sealed parameters there
 */
public record JobRequest(
    String submitter,
    SignedJob job,
    List<String> hostIds,
    String idempotencyKey,
    Map<String, byte[]> sealedKeys) {
  /** Copies the collections. */
  public JobRequest {
    hostIds = List.copyOf(hostIds);
    sealedKeys = Map.copyOf(sealedKeys);
  }

  /** Without anything sealed. */
  public JobRequest(String submitter, SignedJob job, List<String> hostIds, String idempotencyKey) {
    this(submitter, job, hostIds, idempotencyKey, Map.of());
  }
}
