package dev.hostler.agent.sandbox.cgroup;

import java.util.OptionalLong;

/**
 * What the kernel counted for a cgroup. Empty: this kernel does not say.
 *
 * @param oomKills processes killed for lack of memory
 * @param memoryPeakBytes highest use of memory
 * @param cpuMicros CPU time of all processes, in microseconds
 * @param pidsDenied forks refused by the limit
 * @param throttling how the CPU quota held it back
 */
public record CgroupCounters(
    OptionalLong oomKills,
    OptionalLong memoryPeakBytes,
    OptionalLong cpuMicros,
    OptionalLong pidsDenied,
    CpuThrottling throttling) {
  /** Nothing is known. */
  public static final CgroupCounters UNKNOWN =
      new CgroupCounters(
          OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

  /** Without throttling. */
  public CgroupCounters(
      OptionalLong oomKills,
      OptionalLong memoryPeakBytes,
      OptionalLong cpuMicros,
      OptionalLong pidsDenied) {
    this(oomKills, memoryPeakBytes, cpuMicros, pidsDenied, CpuThrottling.NONE);
  }
}
