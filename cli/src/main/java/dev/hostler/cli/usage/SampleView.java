package dev.hostler.cli.usage;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.proto.v1.Health;
import dev.hostler.proto.v1.UsageSample;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a stretch of use looks: by the second, and as shares. Null: not known. */
final class SampleView {
  private SampleView() {}

  static double seconds(UsageSample sample) {
    return sample.getWindow().getSeconds() + sample.getWindow().getNanos() / 1e9;
  }

  private static @Nullable Double rate(UsageSample sample, boolean known, double count) {
    double seconds = seconds(sample);
    return known && seconds > 0 ? count / seconds : null;
  }

  /** CPUs in use. */
  static @Nullable Double cpus(UsageSample sample) {
    return rate(sample, sample.hasCpuMicros(), sample.getCpuMicros() / 1e6);
  }

  /** Share of the memory that there is, or may be used. */
  static @Nullable Double memory(UsageSample sample) {
    return sample.hasMemoryBytes() && sample.getMemoryLimitBytes() > 0
        ? (Double) ((double) sample.getMemoryBytes() / sample.getMemoryLimitBytes())
        : null;
  }

  static @Nullable Double disk(UsageSample sample) {
    return sample.hasDiskUsedBytes() && sample.getDiskBytes() > 0
        ? (Double) ((double) sample.getDiskUsedBytes() / sample.getDiskBytes())
        : null;
  }

  static @Nullable Double cpuPressure(UsageSample sample) {
    return rate(sample, sample.hasCpuStalledMicros(), sample.getCpuStalledMicros() / 1e6);
  }

  static @Nullable Double memoryPressure(UsageSample sample) {
    return rate(sample, sample.hasMemoryStalledMicros(), sample.getMemoryStalledMicros() / 1e6);
  }

  static @Nullable Double ioPressure(UsageSample sample) {
    return rate(sample, sample.hasIoStalledMicros(), sample.getIoStalledMicros() / 1e6);
  }

  /** The worst of the three. */
  static double pressure(UsageSample sample) {
    double worst = 0;
    for (Double one :
        new Double[] {cpuPressure(sample), memoryPressure(sample), ioPressure(sample)}) {
      worst = one == null ? worst : Math.max(worst, one);
    }
    return worst;
  }

  static @Nullable Double throttled(UsageSample sample) {
    return sample.hasThrottledPeriods() && sample.getPeriods() > 0
        ? (Double) ((double) sample.getThrottledPeriods() / sample.getPeriods())
        : null;
  }

  static @Nullable Double read(UsageSample sample) {
    return rate(sample, sample.hasReadBytes(), (double) sample.getReadBytes());
  }

  static @Nullable Double written(UsageSample sample) {
    return rate(sample, sample.hasWrittenBytes(), (double) sample.getWrittenBytes());
  }

  /** "12%"; empty if not known. */
  static String percent(@Nullable Double share) {
    return share == null ? "" : SummaryView.percent(share);
  }

  /** "1.25". */
  static String number(@Nullable Double number) {
    return number == null ? "" : String.format(Locale.ROOT, "%.2f", number);
  }

  /** "1.5 MiB/s". */
  static String speed(@Nullable Double bytes) {
    return bytes == null ? "" : Format.bytes(Math.round(bytes)) + "/s";
  }

  static String count(boolean known, int count) {
    return known ? Integer.toUnsignedString(count) : "";
  }

  static String bytes(boolean known, long bytes) {
    return known ? Format.bytes(bytes) : "";
  }

  static Json.Fields json(UsageSample sample) {
    return Json.object()
        .put("seconds", seconds(sample))
        .put("cpus", cpus(sample))
        .put("memory_bytes", sample.hasMemoryBytes() ? sample.getMemoryBytes() : null)
        .put("memory_max_bytes", sample.hasMemoryMaxBytes() ? sample.getMemoryMaxBytes() : null)
        .put(
            "memory_limit_bytes",
            sample.hasMemoryLimitBytes() ? sample.getMemoryLimitBytes() : null)
        .put("processes", sample.hasProcesses() ? sample.getProcesses() : null)
        .put("threads", sample.hasThreads() ? sample.getThreads() : null)
        .put("files", sample.hasFiles() ? sample.getFiles() : null)
        .put("sockets", sample.hasSockets() ? sample.getSockets() : null)
        .put("read_bytes_per_second", read(sample))
        .put("written_bytes_per_second", written(sample))
        .put("throttled_share", throttled(sample))
        .put("cpu_pressure", cpuPressure(sample))
        .put("memory_pressure", memoryPressure(sample))
        .put("io_pressure", ioPressure(sample))
        .put("disk_bytes", sample.hasDiskBytes() ? sample.getDiskBytes() : null)
        .put("disk_used_bytes", sample.hasDiskUsedBytes() ? sample.getDiskUsedBytes() : null);
  }

  static Json.Fields json(Health health) {
    return Json.object()
        .put("score", health.getScore())
        .put(
            "faults",
            health.getFaultsList().stream()
                .map(fault ->
                    Json.object()
                        .put("kind", fault.getKind())
                        .put("points", fault.getPoints())
                        .put("reason", fault.getReason()))
                .toList());
  }
}
