package dev.hostler.agent.usage;

/**
 * What the kernel has counted for a group, or for the host, up to a moment. -1: the kernel does not
 * say.
 *
 * @param cpuMicros CPU time
 * @param memoryBytes memory in use
 * @param processes processes
 * @param threads threads of all processes
 * @param readBytes read from block devices
 * @param writtenBytes written to block devices
 * @param periods periods in which there was a CPU quota to be used up
 * @param throttledPeriods those in which it was
 * @param throttledMicros how long threads were kept waiting for it
 * @param cpuStalledMicros how long some thread waited for a CPU (PSI, "some")
 * @param memoryStalledMicros how long some thread waited for memory
 * @param ioStalledMicros how long some thread waited for block devices
 */
record Reading(
    long cpuMicros,
    long memoryBytes,
    int processes,
    int threads,
    long readBytes,
    long writtenBytes,
    long periods,
    long throttledPeriods,
    long throttledMicros,
    long cpuStalledMicros,
    long memoryStalledMicros,
    long ioStalledMicros) {
  /** Before anything was read: all counters begin at zero with their group. */
  static final Reading NONE = new Reading(0, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0);

  /** How much a counter has grown; -1 if it is not known. */
  static long grown(long before, long now) {
    return now < 0 ? KernelFile.UNKNOWN : Math.max(0, now - Math.max(0, before));
  }
}
