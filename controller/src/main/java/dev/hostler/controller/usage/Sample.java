package dev.hostler.controller.usage;

import org.jspecify.annotations.Nullable;

/**
 * What an attempt, or a host, used in a stretch of time. Null: not known.
 *
 * @param seconds how long the stretch is; positive
 * @param cpuSeconds CPU time
 * @param memoryBytes mean use of memory
 * @param memoryMaxBytes highest use of memory
 * @param memoryLimitBytes how much it may have; of a host: how much there is
 * @param processes most processes at a time
 * @param threads most threads at a time
 * @param files most open descriptors at a time
 * @param sockets most sockets at a time
 * @param readBytes read from block devices
 * @param writtenBytes written to block devices
 * @param periods periods of the CPU quota in which something ran
 * @param throttledPeriods those in which it was used up
 * @param cpuStalled seconds in which some thread waited for a CPU
 * @param memoryStalled seconds in which some thread waited for memory
 * @param ioStalled seconds in which some thread waited for block devices
 * @param diskBytes of a host: size of the file system with the agent's state
 * @param diskUsedBytes how much of it is used
 */
public record Sample(
    double seconds,
    @Nullable Double cpuSeconds,
    @Nullable Long memoryBytes,
    @Nullable Long memoryMaxBytes,
    @Nullable Long memoryLimitBytes,
    @Nullable Long processes,
    @Nullable Long threads,
    @Nullable Long files,
    @Nullable Long sockets,
    @Nullable Long readBytes,
    @Nullable Long writtenBytes,
    @Nullable Long periods,
    @Nullable Long throttledPeriods,
    @Nullable Double cpuStalled,
    @Nullable Double memoryStalled,
    @Nullable Double ioStalled,
    @Nullable Long diskBytes,
    @Nullable Long diskUsedBytes) {}
