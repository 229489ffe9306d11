package dev.hostler.agent.usage;

import dev.hostler.agent.sandbox.cgroup.Cgroup;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Follows the use of one attempt from its first sample to its end. Thread-safe. */
final class AttemptMeter {
  /** Looking at each descriptor costs more than all else: it is done with every so many samples. */
  private static final int DETAILS_EVERY = 5;

  private static final int SCRATCH = 16 << 10;
  private static final double NANOS = 1e9;
  private static final long NANOS_PER_MICRO = 1000;

  private final Cgroup group;
  private final long begun;
  private final Window window;
  private final LeakWatch processLeak = new LeakWatch("processes");
  private final LeakWatch threadLeak = new LeakWatch("threads");
  private final LeakWatch fileLeak = new LeakWatch("descriptors");
  private @Nullable CgroupProbe probe;
  private Reading last;
  private long lastAt;
  private int samples;
  private long cpuPeakMillis = KernelFile.UNKNOWN;
  private double memorySum;
  private int memorySamples;
  private int processesPeak = -1;
  private int threadsPeak = -1;
  private int filesPeak = -1;
  private int socketsPeak = -1;
  private long userMicros = KernelFile.UNKNOWN;
  private long memoryLimit = KernelFile.UNKNOWN;
  private boolean finished;

  /**
   * Opens nothing yet.
   *
   * @param now by a clock that never goes back
   * @param known does it run for longer already, under an earlier process of this agent?
   */
  AttemptMeter(Cgroup group, long now, boolean known) {
    this.group = group;
    this.begun = now;
    this.lastAt = now;
    ByteBuffer scratch = ByteBuffer.allocate(known ? SCRATCH : 0);
    this.last = known ? probe(scratch).read(scratch) : Reading.NONE;
    this.window = new Window(last, now);
  }

  private CgroupProbe probe(ByteBuffer scratch) {
    CgroupProbe open = probe;
    if (open == null) {
      open = new CgroupProbe(group);
      memoryLimit = open.memoryLimit(scratch);
      probe = open;
    }
    return open;
  }

  /** Looks once. */
  synchronized void sample(long now, ByteBuffer scratch) {
    if (finished) {
      return;
    }
    Reading reading = probe(scratch).read(scratch);
    if (reading.threads() <= 0) {
      return; // not born yet, or over
    }
    boolean details = samples++ % DETAILS_EVERY == 0;
    int[] pids = details ? CgroupProbe.pids(scratch, OpenFiles.PROCESSES) : new int[0];
    took(reading, now);
    double seconds = (now - begun) / NANOS;
    processLeak.saw(seconds, reading.processes());
    threadLeak.saw(seconds, reading.threads());
    if (details) {
      OpenFiles open = OpenFiles.of(pids);
      filesPeak = Math.max(filesPeak, open.files());
      socketsPeak = Math.max(socketsPeak, open.sockets());
      fileLeak.saw(seconds, open.files());
      window.add(open.files(), open.sockets());
    }
  }

  private void took(Reading reading, long now) {
    long micros = (now - lastAt) / NANOS_PER_MICRO;
    if (micros > 0 && samples > 1) {
      cpuPeakMillis =
          Math.max(
              cpuPeakMillis, Reading.grown(last.cpuMicros(), reading.cpuMicros()) * 1000 / micros);
    }
    if (reading.memoryBytes() >= 0) {
      memorySum += reading.memoryBytes();
      memorySamples++;
    }
    processesPeak = Math.max(processesPeak, reading.processes());
    threadsPeak = Math.max(threadsPeak, reading.threads());
    window.add(reading);
    last = reading;
    lastAt = now;
  }

  /** What was used since the last call. */
  synchronized UsageWindow window(long now) {
    return window.take(now, memoryLimit, KernelFile.UNKNOWN, KernelFile.UNKNOWN);
  }

  /** Takes the last readings, when nothing runs any more and the group is still there. */
  synchronized void finish() {
    if (finished) {
      return;
    }
    ByteBuffer scratch = ByteBuffer.allocate(SCRATCH);
    CgroupProbe open = probe(scratch);
    Reading reading = open.read(scratch);
    if (reading.cpuMicros() >= 0) {
      last = reading;
    }
    threadsPeak = Math.max(threadsPeak, open.threadsPeak(scratch));
    userMicros = open.userMicros(scratch);
    finished = true;
  }

  /** Closes what is open and sums up. */
  synchronized UsageSummary close() {
    boolean known = finished || samples > 0;
    finished = true;
    if (probe != null) {
      probe.close();
    }
    if (!known) {
      return UsageSummary.UNKNOWN;
    }
    List<Leak> leaks =
        Stream.of(processLeak, threadLeak, fileLeak)
            .map(LeakWatch::leak)
            .flatMap(Optional::stream)
            .toList();
    return new UsageSummary(
        samples,
        userMicros,
        cpuPeakMillis,
        memorySamples == 0 ? KernelFile.UNKNOWN : Math.round(memorySum / memorySamples),
        processesPeak,
        threadsPeak,
        filesPeak,
        socketsPeak,
        last.readBytes(),
        last.writtenBytes(),
        last.periods(),
        last.throttledPeriods(),
        last.throttledMicros(),
        last.cpuStalledMicros(),
        last.memoryStalledMicros(),
        last.ioStalledMicros(),
        leaks);
  }
}
