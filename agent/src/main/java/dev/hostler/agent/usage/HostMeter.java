package dev.hostler.agent.usage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Follows the use of the whole host. Not thread-safe. */
final class HostMeter {
  private static final int SCRATCH = 64 << 10;
  private static final long KIB = 1024;

  /** proc(5): /proc/stat counts in USER_HZ, 100 on all of Linux's machines that Java runs on. */
  private static final long MICROS_PER_TICK = 10_000;

  private final Path state;
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
  private final @Nullable KernelFile stat;
  private final @Nullable KernelFile memory;
  private final @Nullable KernelFile load;
  private final @Nullable KernelFile files;
  private final @Nullable KernelFile sockets;
  private final @Nullable KernelFile vm;
  private final @Nullable KernelFile cpuPressure;
  private final @Nullable KernelFile memoryPressure;
  private final @Nullable KernelFile ioPressure;
  private final Window window;
  private long memoryBytes = KernelFile.UNKNOWN;

  /**
   * Begins.
   *
   * @param root "/" but for tests
   * @param state a path on the file system whose use is told
   * @param now by a clock that never goes back
   */
  HostMeter(Path root, Path state, long now) {
    this.state = state;
    Path proc = root.resolve("proc");
    stat = KernelFile.open(proc.resolve("stat"));
    memory = KernelFile.open(proc.resolve("meminfo"));
    load = KernelFile.open(proc.resolve("loadavg"));
    files = KernelFile.open(proc.resolve("sys/fs/file-nr"));
    sockets = KernelFile.open(proc.resolve("net/sockstat"));
    vm = KernelFile.open(proc.resolve("vmstat"));
    cpuPressure = KernelFile.open(proc.resolve("pressure/cpu"));
    memoryPressure = KernelFile.open(proc.resolve("pressure/memory"));
    ioPressure = KernelFile.open(proc.resolve("pressure/io"));
    window = new Window(read(), now);
  }

  private Reading read() {
    long ticks = busyTicks(KernelFile.read(stat, scratch));
    KernelFile.Text info = KernelFile.read(memory, scratch);
    long total = info.after("MemTotal:");
    long available = info.after("MemAvailable:");
    memoryBytes = total < 0 ? total : total * KIB;
    KernelFile.Text paged = KernelFile.read(vm, scratch);
    long in = paged.after("pgpgin ");
    long out = paged.after("pgpgout ");
    return new Reading(
        ticks < 0 ? ticks : ticks * MICROS_PER_TICK,
        total < 0 || available < 0 ? KernelFile.UNKNOWN : (total - available) * KIB,
        -1,
        (int) KernelFile.read(load, scratch).after("/"),
        in < 0 ? in : in * KIB,
        out < 0 ? out : out * KIB,
        KernelFile.UNKNOWN,
        KernelFile.UNKNOWN,
        KernelFile.UNKNOWN,
        CgroupProbe.stalled(cpuPressure, scratch),
        CgroupProbe.stalled(memoryPressure, scratch),
        CgroupProbe.stalled(ioPressure, scratch));
  }

  /** All but idle and iowait of the line of all CPUs; guests' time is within user and nice. */
  private static long busyTicks(KernelFile.Text text) {
    String all = text.toString();
    int end = all.indexOf('\n');
    if (!all.startsWith("cpu ") || end < 0) {
      return KernelFile.UNKNOWN;
    }
    String[] fields = all.substring("cpu ".length(), end).strip().split(" +", -1);
    long busy = 0;
    for (int i = 0; i < Math.min(8, fields.length); i++) {
      if (i != 3 && i != 4) {
        busy += Long.parseLong(fields[i]);
      }
    }
    return busy;
  }

  void sample() {
    window.add(read());
    window.add(
        (int) KernelFile.read(files, scratch).number(),
        (int) KernelFile.read(sockets, scratch).after("used "));
  }

  /** What was used since the last call. */
  UsageWindow window(long now) {
    long total = KernelFile.UNKNOWN;
    long used = KernelFile.UNKNOWN;
    try {
      FileStore store = Files.getFileStore(state);
      total = store.getTotalSpace();
      used = total - store.getUnallocatedSpace();
    } catch (IOException _) {
      // Not known.
    }
    return window.take(now, memoryBytes, total, used);
  }
}
