package dev.hostler.agent.facts;

import dev.hostler.trust.limits.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Basic facts of this host. Text that is not known is empty.
 *
 * @param hostname as the kernel has it
 * @param osId ID of os-release
 * @param osVersion VERSION_ID of os-release
 * @param osName PRETTY_NAME of os-release
 * @param kernel kernel release
 * @param arch machine, for example "x86_64"
 * @param cpus online CPUs
 * @param memoryBytes memory in bytes; 0: not known
 * @param addresses IP addresses that are not link-local or loopback, sorted
 * @param labels from the agent's configuration
 * @param agentVersion version of this program
 * @param cgroupVersion "v1", "v2" or "none"
 * @param bootedAt when the host booted; null: not known
 * @param heldBundles digests of the bundles that are kept here, in hex, sorted
 * @param limits what any attempt may use here at most
 */
public record HostFacts(
    String hostname,
    String osId,
    String osVersion,
    String osName,
    String kernel,
    String arch,
    int cpus,
    long memoryBytes,
    List<String> addresses,
    Map<String, String> labels,
    String agentVersion,
    String cgroupVersion,
    @Nullable Instant bootedAt,
    List<String> heldBundles,
    Limits limits) {
  /** Copies the collections. */
  public HostFacts {
    addresses = List.copyOf(addresses);
    labels = Map.copyOf(labels);
    heldBundles = List.copyOf(heldBundles);
  }

  /** The same host with these bundles. */
  public HostFacts holding(List<String> bundles) {
    return new HostFacts(
        hostname,
        osId,
        osVersion,
        osName,
        kernel,
        arch,
        cpus,
        memoryBytes,
        addresses,
        labels,
        agentVersion,
        cgroupVersion,
        bootedAt,
        bundles,
        limits);
  }
}
