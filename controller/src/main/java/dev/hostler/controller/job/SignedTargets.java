package dev.hostler.controller.job;

import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.target.Target;
import dev.hostler.controller.target.Targets;
import dev.hostler.trust.job.TargetTree;
import dev.hostler.trust.job.VerifiedJob;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The hosts of a job, which the operator's signature binds.
 *
 * @param tree over their ids
 * @param hosts as they are in the fleet now
 */
record SignedTargets(TargetTree tree, List<Target> hosts) {
  private static final int MAX_HOSTS = 100_000;

  /**
   * Finds the hosts that are named, if they are those that were signed for.
   *
   * @throws RequestException INVALID or NOT_FOUND
   */
  static SignedTargets of(List<String> hostIds, VerifiedJob job, Targets targets) {
    if (hostIds.size() > MAX_HOSTS) {
      throw new RequestException(
          RequestException.Kind.INVALID,
          "host_ids: %d are more than the %d that fit".formatted(hostIds.size(), MAX_HOSTS));
    }
    TargetTree tree;
    try {
      tree = TargetTree.of(hostIds);
    } catch (IllegalArgumentException e) {
      throw new RequestException(RequestException.Kind.INVALID, "host_ids: " + e.getMessage(), e);
    }
    if (!tree.targets().equals(job.statement().targets())) {
      throw new RequestException(
          RequestException.Kind.INVALID,
          "host_ids: these are not the hosts that the operator signed for: %d, not the %d of the Merkle root in job.targets"
              .formatted(hostIds.size(), job.statement().targets().count()));
    }
    List<Target> hosts = targets.named(hostIds);
    Set<String> found = new HashSet<>();
    hosts.forEach(host -> found.add(host.hostId().toString()));
    if (!found.equals(Set.copyOf(hostIds))) {
      throw new RequestException(
          RequestException.Kind.INVALID, "host_ids: these are names; sign for the hosts' ids");
    }
    return new SignedTargets(tree, hosts);
  }
}
