package dev.hostler.agent.sandbox.cgroup;

/**
 * How a CPU quota held a group back (kernel documentation, cpu.stat). All 0 without a quota.
 *
 * @param periods of the quota in which it ran
 * @param throttled of these, in how many it was held back
 * @param micros for how long, all its threads together, in microseconds
 */
public record CpuThrottling(long periods, long throttled, long micros) {
  /** Never. */
  public static final CpuThrottling NONE = new CpuThrottling(0, 0, 0);

  /** Share of the periods in which it was held back, 0 to 1. */
  public double share() {
    return periods == 0 ? 0 : (double) throttled / periods;
  }
}
