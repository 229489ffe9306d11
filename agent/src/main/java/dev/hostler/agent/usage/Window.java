package dev.hostler.agent.usage;

/** Folds readings into a stretch of time. Not thread-safe. */
final class Window {
  private Reading before;
  private Reading last;
  private long since;
  private long samples;
  private double memorySum;
  private long memoryMax = KernelFile.UNKNOWN;
  private int processes = -1;
  private int threads = -1;
  private int files = -1;
  private int sockets = -1;

  /**
   * Begins.
   *
   * @param at by a clock that never goes back
   */
  Window(Reading from, long at) {
    before = from;
    last = from;
    since = at;
  }

  void add(Reading reading) {
    last = reading;
    processes = Math.max(processes, reading.processes());
    threads = Math.max(threads, reading.threads());
    if (reading.memoryBytes() >= 0) {
      samples++;
      memorySum += reading.memoryBytes();
      memoryMax = Math.max(memoryMax, reading.memoryBytes());
    }
  }

  void add(int openFiles, int openSockets) {
    files = Math.max(files, openFiles);
    sockets = Math.max(sockets, openSockets);
  }

  /** What came together until now; begins anew. */
  UsageWindow take(long now, long memoryLimit, long diskBytes, long diskUsed) {
    UsageWindow taken =
        new UsageWindow(
            now - since,
            Reading.grown(before.cpuMicros(), last.cpuMicros()),
            samples == 0 ? KernelFile.UNKNOWN : Math.round(memorySum / samples),
            memoryMax,
            memoryLimit,
            processes,
            threads,
            files,
            sockets,
            Reading.grown(before.readBytes(), last.readBytes()),
            Reading.grown(before.writtenBytes(), last.writtenBytes()),
            Reading.grown(before.periods(), last.periods()),
            Reading.grown(before.throttledPeriods(), last.throttledPeriods()),
            Reading.grown(before.cpuStalledMicros(), last.cpuStalledMicros()),
            Reading.grown(before.memoryStalledMicros(), last.memoryStalledMicros()),
            Reading.grown(before.ioStalledMicros(), last.ioStalledMicros()),
            diskBytes,
            diskUsed);
    before = last;
    since = now;
    samples = 0;
    memorySum = 0;
    memoryMax = KernelFile.UNKNOWN;
    processes = -1;
    threads = -1;
    files = -1;
    sockets = -1;
    return taken;
  }
}
