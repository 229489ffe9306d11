package dev.hostler.controller.job;

import java.time.Duration;

/**
 * What tasks that ended in a stretch of time used, all together. Those that were cancelled or have
 * expired do not count.
 *
 * @param bundle bundle; empty: commands
 * @param version its version
 * @param action its action
 * @param tasks how many ended
 * @param succeeded those that succeeded
 * @param failed those that failed, timed out or were lost
 * @param refused those that hosts refused
 * @param outOfMemory attempts in which the kernel killed for lack of memory
 * @param throttled attempts that used up their CPU quota in a tenth of its periods or more
 * @param leaking attempts that leaked something
 * @param cpu CPU time of all
 * @param meanTime mean wall time
 * @param memoryMedianBytes median of the highest use of memory
 * @param memoryPeakBytes highest use of memory of all
 * @param readBytes read from block devices, where hosts say so
 * @param writtenBytes written to block devices
 */
public record WorkUse(
    String bundle,
    String version,
    String action,
    long tasks,
    long succeeded,
    long failed,
    long refused,
    long outOfMemory,
    long throttled,
    long leaking,
    Duration cpu,
    Duration meanTime,
    long memoryMedianBytes,
    long memoryPeakBytes,
    long readBytes,
    long writtenBytes) {}
