package dev.hostler.controller.host;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an agent reported of its host. Texts are empty and numbers zero where it reported nothing.
 *
 * @param hostname host name as the kernel has it
 * @param osId ID of /etc/os-release
 * @param osVersion VERSION_ID of /etc/os-release
 * @param osName PRETTY_NAME of /etc/os-release
 * @param kernel kernel release
 * @param arch machine, for example "x86_64"
 * @param cpus online CPUs
 * @param memoryBytes memory in bytes
 * @param addresses IP addresses in text form
 * @param agentVersion version of the agent program
 * @param cgroupVersion "v1", "v2" or "none"
 * @param bootedAt when the host booted; null: not reported
 * @param heldBundles digests of the bundles that the host keeps, in hex
 * @param limits what any attempt may use there at most, by the names of the fields of limits
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
    String agentVersion,
    String cgroupVersion,
    @Nullable Instant bootedAt,
    List<String> heldBundles,
    Map<String, Long> limits) {
  /** Nothing reported yet. */
  public static final HostFacts NONE =
      new HostFacts("", "", "", "", "", "", 0, 0, List.of(), "", "", null, List.of(), Map.of());

  public HostFacts {
    addresses = List.copyOf(addresses);
    // Rows of before bundles were reported have none.
    heldBundles = List.copyOf(Objects.requireNonNullElse(heldBundles, List.of()));
    limits = Map.copyOf(Objects.requireNonNullElse(limits, Map.of()));
  }
}
