package dev.hostler.agent.usage;

import dev.hostler.agent.sandbox.cgroup.Cgroup;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the counters of one control group from descriptors that stay open. Not thread-safe. */
final class CgroupProbe implements Closeable {
  private static final long NANOS_PER_MICRO = 1000;

  /** What v1 shows where there is no limit: the largest number of pages. */
  private static final long NO_LIMIT = 1L << 60;

  private final boolean v2;
  private final List<Path> directories;
  private final @Nullable KernelFile cpu;
  private final @Nullable KernelFile cpuStat;
  private final @Nullable KernelFile memory;
  private final @Nullable KernelFile threads;
  private final @Nullable KernelFile processes;
  private final @Nullable KernelFile io;
  private final @Nullable KernelFile cpuPressure;
  private final @Nullable KernelFile memoryPressure;
  private final @Nullable KernelFile ioPressure;

  /** Opens what there is. */
  CgroupProbe(Cgroup group) {
    v2 = group.version() == 2;
    directories = group.directories();
    cpu = v2 ? null : open("cpuacct.usage");
    cpuStat = open("cpu.stat");
    memory = open(v2 ? "memory.current" : "memory.usage_in_bytes");
    threads = open("pids.current");
    processes = open("cgroup.procs");
    io = open(v2 ? "io.stat" : "blkio.throttle.io_service_bytes_recursive");
    cpuPressure = v2 ? open("cpu.pressure") : null;
    memoryPressure = v2 ? open("memory.pressure") : null;
    ioPressure = v2 ? open("io.pressure") : null;
  }

  private @Nullable KernelFile open(String name) {
    return KernelFile.open(directories, name);
  }

  /**
   * Reads all counters.
   *
   * @param scratch to read into; holds {@code cgroup.procs} afterwards
   */
  Reading read(ByteBuffer scratch) {
    KernelFile.Text stat = KernelFile.read(cpuStat, scratch);
    long periods = stat.after("nr_periods ");
    long throttled = stat.after("nr_throttled ");
    long throttledMicros =
        v2 ? stat.after("throttled_usec ") : micros(stat.after("throttled_time "));
    long cpuMicros =
        v2 ? stat.after("usage_usec ") : micros(KernelFile.read(cpu, scratch).number());
    KernelFile.Text ios = KernelFile.read(io, scratch);
    long read = io == null ? KernelFile.UNKNOWN : ios.sumAfter(v2 ? "rbytes=" : " Read ");
    long written = io == null ? KernelFile.UNKNOWN : ios.sumAfter(v2 ? "wbytes=" : " Write ");
    long bytes = KernelFile.read(memory, scratch).number();
    int tasks = (int) KernelFile.read(threads, scratch).number();
    long cpuStalled = stalled(cpuPressure, scratch);
    long memoryStalled = stalled(memoryPressure, scratch);
    long ioStalled = stalled(ioPressure, scratch);
    return new Reading(
        cpuMicros,
        bytes,
        processes == null ? -1 : KernelFile.read(processes, scratch).lines(),
        tasks,
        read,
        written,
        periods,
        throttled,
        throttledMicros,
        cpuStalled,
        memoryStalled,
        ioStalled);
  }

  /** The first line of a pressure file is "some". */
  static long stalled(@Nullable KernelFile pressure, ByteBuffer scratch) {
    return KernelFile.read(pressure, scratch).after("total=");
  }

  private static long micros(long nanos) {
    return nanos < 0 ? nanos : nanos / NANOS_PER_MICRO;
  }

  /** Process numbers, after {@link #read} with the same scratch. */
  static int[] pids(ByteBuffer scratch, int most) {
    return new KernelFile.Text(scratch).firstNumbers(most);
  }

  /** Most threads at a time; -1: this kernel does not say. */
  int threadsPeak(ByteBuffer scratch) {
    return (int) once("pids.peak", scratch);
  }

  /** CPU time in user mode, microseconds. */
  long userMicros(ByteBuffer scratch) {
    return v2
        ? KernelFile.read(cpuStat, scratch).after("user_usec ")
        : micros(once("cpuacct.usage_user", scratch));
  }

  /** How much memory the group may have; -1: no limit is known. */
  long memoryLimit(ByteBuffer scratch) {
    long limit = once(v2 ? "memory.max" : "memory.limit_in_bytes", scratch);
    return limit >= NO_LIMIT ? KernelFile.UNKNOWN : limit;
  }

  private long once(String name, ByteBuffer scratch) {
    try (KernelFile file = open(name)) {
      return KernelFile.read(file, scratch).number();
    }
  }

  @Override
  public void close() {
    Stream.of(cpu, cpuStat, memory, threads, processes, io, cpuPressure, memoryPressure, ioPressure)
        .forEach(file -> {
          if (file != null) {
            file.close();
          }
        });
  }
}
