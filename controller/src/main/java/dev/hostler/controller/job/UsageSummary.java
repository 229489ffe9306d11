package dev.hostler.controller.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt used over its whole life, besides its CPU time and its highest use of memory, as
 * its host tells it. Null: not known. The names of the fields are those in the database.
 *
 * @param samples how often it was looked at while it ran
 * @param userMicros CPU time in user mode
 * @param cpuPeakMillis highest use of CPUs between two samples, thousandths of a CPU
 * @param memoryMeanBytes mean use of memory
 * @param processesPeak most processes at a time
 * @param threadsPeak most threads at a time
 * @param filesPeak most open descriptors at a time
 * @param socketsPeak most sockets at a time
 * @param readBytes read from block devices
 * @param writtenBytes written to block devices
 * @param periods periods of the CPU quota in which something ran
 * @param throttledPeriods those in which it was used up
 * @param throttledMicros how long threads were kept waiting for it
 * @param cpuStalledMicros how long some thread waited for a CPU
 * @param memoryStalledMicros how long some thread waited for memory
 * @param ioStalledMicros how long some thread waited for block devices
 * @param leaks what it had more and more of
 */
public record UsageSummary(
    long samples,
    @Nullable Long userMicros,
    @Nullable Long cpuPeakMillis,
    @Nullable Long memoryMeanBytes,
    @Nullable Long processesPeak,
    @Nullable Long threadsPeak,
    @Nullable Long filesPeak,
    @Nullable Long socketsPeak,
    @Nullable Long readBytes,
    @Nullable Long writtenBytes,
    @Nullable Long periods,
    @Nullable Long throttledPeriods,
    @Nullable Long throttledMicros,
    @Nullable Long cpuStalledMicros,
    @Nullable Long memoryStalledMicros,
    @Nullable Long ioStalledMicros,
    List<Leak> leaks) {
  /** Copies the list. */
  public UsageSummary {
    leaks = List.copyOf(leaks);
  }

  /**
   * Something that it had more and more of.
   *
   * @param what "processes", "threads" or "descriptors"
   * @param from how many at first
   * @param to how many at last
   * @param perMinute how many more each minute
   */
  public record Leak(String what, long from, long to, double perMinute) {}
}
