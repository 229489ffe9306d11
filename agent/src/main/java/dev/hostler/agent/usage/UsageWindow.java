package dev.hostler.agent.usage;

/**
 * What an attempt, or the host, used in a stretch of time. -1: not known.
 *
 * @param nanos how long the stretch is
 * @param cpuMicros CPU time
 * @param memoryBytes mean use of memory
 * @param memoryMaxBytes highest use of memory, as sampled
 * @param memoryLimitBytes how much it may have; of the host: how much there is
 * @param processes most processes at a time
 * @param threads most threads at a time
 * @param files most open descriptors at a time
 * @param sockets most sockets at a time
 * @param readBytes read from block devices
 * @param writtenBytes written to block devices
 * @param periods periods in which there was a CPU quota to be used up
 * @param throttledPeriods those in which it was
 * @param cpuStalledMicros how long some thread waited for a CPU
 * @param memoryStalledMicros how long some thread waited for memory
 * @param ioStalledMicros how long some thread waited for block devices
 * @param diskBytes of the host: size of the file system with the agent's state
 * @param diskUsedBytes how much of it is used
 */
public record UsageWindow(
    long nanos,
    long cpuMicros,
    long memoryBytes,
    long memoryMaxBytes,
    long memoryLimitBytes,
    int processes,
    int threads,
    int files,
    int sockets,
    long readBytes,
    long writtenBytes,
    long periods,
    long throttledPeriods,
    long cpuStalledMicros,
    long memoryStalledMicros,
    long ioStalledMicros,
    long diskBytes,
    long diskUsedBytes) {}
