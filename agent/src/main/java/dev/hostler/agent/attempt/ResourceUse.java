package dev.hostler.agent.attempt;

import dev.hostler.agent.usage.UsageSummary;

/**
 * What an attempt used, from the kernel's own counters. Zero means not known.
 *
 * @param cpuMicros CPU time of all processes, microseconds
 * @param memoryPeakBytes highest memory use of the cgroup
 * @param oomKills processes that the kernel killed for lack of memory
 * @param pidsDenied forks that the pids limit refused
 * @param summary all else that was seen of it
 * @param network what it did over the network, as far as it went through the agent's proxy
 */
public record ResourceUse(
    long cpuMicros,
    long memoryPeakBytes,
    long oomKills,
    long pidsDenied,
    UsageSummary summary,
    NetworkUse network) {
  /** Nothing known. */
  public static final ResourceUse UNKNOWN = new ResourceUse(0, 0, 0, 0, UsageSummary.UNKNOWN);

  /** Of an attempt without a proxy. */
  public ResourceUse(
      long cpuMicros, long memoryPeakBytes, long oomKills, long pidsDenied, UsageSummary summary) {
    this(cpuMicros, memoryPeakBytes, oomKills, pidsDenied, summary, NetworkUse.NONE);
  }

  /** The same with what was seen of it. */
  public ResourceUse with(UsageSummary seen) {
    return new ResourceUse(cpuMicros, memoryPeakBytes, oomKills, pidsDenied, seen, network);
  }

  /** The same with what it did over the network. */
  public ResourceUse with(NetworkUse seen) {
    return new ResourceUse(cpuMicros, memoryPeakBytes, oomKills, pidsDenied, summary, seen);
  }
}
