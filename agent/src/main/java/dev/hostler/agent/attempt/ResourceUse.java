package dev.hostler.agent.attempt;

/**
 * What an attempt used, from the kernel's own counters. Zero means not known.
 *
 * @param cpuMicros CPU time of all processes, microseconds
 * @param memoryPeakBytes highest memory use of the cgroup
 * @param oomKills processes that the kernel killed for lack of memory
 * @param pidsDenied forks that the pids limit refused
 */
public record ResourceUse(long cpuMicros, long memoryPeakBytes, long oomKills, long pidsDenied) {
  /** Nothing known. */
  public static final ResourceUse UNKNOWN = new ResourceUse(0, 0, 0, 0);
}
