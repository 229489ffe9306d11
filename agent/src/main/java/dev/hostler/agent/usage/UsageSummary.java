package dev.hostler.agent.usage;

import java.util.List;

/**
 * What an attempt used over its whole life, besides its CPU time and its highest use of memory.
 * Counters are the kernel's and miss nothing; peaks of what is sampled are those that samples saw.
 * -1: not known.
 *
 * @param samples how often was looked while it ran
 * @param userMicros CPU time in user mode
 * @param cpuPeakMillis highest use of CPUs between two samples, thousandths of a CPU
 * @param memoryMeanBytes mean use of memory
 * @param processesPeak most processes at a time, as sampled
 * @param threadsPeak most threads at a time
 * @param filesPeak most open descriptors at a time, as sampled
 * @param socketsPeak most sockets at a time, as sampled
 * @param readBytes read from block devices
 * @param writtenBytes written to block devices
 * @param periods periods in which there was a CPU quota to be used up
 * @param throttledPeriods those in which it was
 * @param throttledMicros how long threads were kept waiting for it
 * @param cpuStalledMicros how long some thread waited for a CPU
 * @param memoryStalledMicros how long some thread waited for memory
 * @param ioStalledMicros how long some thread waited for block devices
 * @param leaks what it had more and more of
 */
public record UsageSummary(
    int samples,
    long userMicros,
    long cpuPeakMillis,
    long memoryMeanBytes,
    int processesPeak,
    int threadsPeak,
    int filesPeak,
    int socketsPeak,
    long readBytes,
    long writtenBytes,
    long periods,
    long throttledPeriods,
    long throttledMicros,
    long cpuStalledMicros,
    long memoryStalledMicros,
    long ioStalledMicros,
    List<Leak> leaks) {
  /** Nothing known. */
  public static final UsageSummary UNKNOWN =
      new UsageSummary(0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, List.of());

  /** Copies the list. */
  public UsageSummary {
    leaks = List.copyOf(leaks);
  }
}
