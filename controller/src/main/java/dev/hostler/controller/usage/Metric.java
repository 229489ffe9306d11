package dev.hostler.controller.usage;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a rule can look at; documented in alert.proto. */
enum Metric {
  /** Share of a host's CPUs in use. */
  CPU(false),
  /** Share of a host's memory in use. */
  MEMORY(false),
  /** Share of the file system with the agent's state in use. */
  DISK(false),
  /** Share of the time in which some thread of the host waited for a CPU. */
  PRESSURE_CPU(false),
  /** The same for memory. */
  PRESSURE_MEMORY(false),
  /** The same for block devices. */
  PRESSURE_IO(false),
  /** Threads of a host. */
  THREADS(false),
  /** Open files of a host. */
  FILES(false),
  /** Sockets of a host. */
  SOCKETS(false),
  /** Share of an attempt's memory limit in use. */
  ATTEMPT_MEMORY(true),
  /** CPUs that an attempt uses. */
  ATTEMPT_CPU(true),
  /** Share of the periods in which an attempt used up its CPU quota. */
  ATTEMPT_THROTTLED(true),
  /** Threads of an attempt. */
  ATTEMPT_THREADS(true),
  /** Open descriptors of an attempt. */
  ATTEMPT_FILES(true);

  private final boolean ofAttempt;

  Metric(boolean ofAttempt) {
    this.ofAttempt = ofAttempt;
  }

  /** Is it about attempts, not hosts? */
  boolean ofAttempt() {
    return ofAttempt;
  }

  /** As rules have it, for example "pressure.cpu". */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '.');
  }

  static Optional<Metric> of(String text) {
    return Arrays.stream(values()).filter(metric -> metric.text().equals(text)).findFirst();
  }

  /** Is it a share of a whole, 0 to 1? */
  boolean isShare() {
    return switch (this) {
      case CPU,
          MEMORY,
          DISK,
          PRESSURE_CPU,
          PRESSURE_MEMORY,
          PRESSURE_IO,
          ATTEMPT_MEMORY,
          ATTEMPT_THROTTLED ->
          true;
      case THREADS, FILES, SOCKETS, ATTEMPT_CPU, ATTEMPT_THREADS, ATTEMPT_FILES -> false;
    };
  }

  /**
   * Its value in a sample; null if it is not known.
   *
   * @param cpus of the host; 0: not known
   */
  @Nullable Double of(Sample sample, int cpus) {
    return switch (this) {
      case CPU -> cpus == 0 ? null : ratio(sample.cpuSeconds(), sample.seconds() * cpus);
      case MEMORY, ATTEMPT_MEMORY -> ratio(sample.memoryBytes(), sample.memoryLimitBytes());
      case DISK -> ratio(sample.diskUsedBytes(), sample.diskBytes());
      case PRESSURE_CPU -> ratio(sample.cpuStalled(), sample.seconds());
      case PRESSURE_MEMORY -> ratio(sample.memoryStalled(), sample.seconds());
      case PRESSURE_IO -> ratio(sample.ioStalled(), sample.seconds());
      case THREADS, ATTEMPT_THREADS -> number(sample.threads());
      case FILES, ATTEMPT_FILES -> number(sample.files());
      case SOCKETS -> number(sample.sockets());
      case ATTEMPT_CPU -> ratio(sample.cpuSeconds(), sample.seconds());
      case ATTEMPT_THROTTLED ->
          sample.periods() != null && sample.periods() == 0
              ? Double.valueOf(0)
              : ratio(sample.throttledPeriods(), sample.periods());
    };
  }

  private static @Nullable Double number(@Nullable Number value) {
    return value == null ? null : value.doubleValue();
  }

  private static @Nullable Double ratio(@Nullable Number part, @Nullable Number whole) {
    return part == null || whole == null || whole.doubleValue() <= 0
        ? null
        : part.doubleValue() / whole.doubleValue();
  }
}
