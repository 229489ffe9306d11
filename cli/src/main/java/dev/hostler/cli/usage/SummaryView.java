package dev.hostler.cli.usage;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.ResourceUse;
import dev.hostler.proto.v1.Task;
import dev.hostler.proto.v1.UsageLeak;
import dev.hostler.proto.v1.UsageSummary;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How the use of a whole attempt looks. */
public final class SummaryView {
  private SummaryView() {}

  /** In JSON; what is not known is left out. Null if nothing is. */
  public static Json.@Nullable Fields json(ResourceUse use) {
    if (!use.hasSummary()) {
      return null;
    }
    UsageSummary summary = use.getSummary();
    return Json.object()
        .put("samples", summary.getSamples())
        .put("user_seconds", seconds(summary.hasUserMicros(), summary.getUserMicros()))
        .put("cpus_peak", summary.hasCpuPeakMillis() ? summary.getCpuPeakMillis() / 1000.0 : null)
        .put(
            "memory_mean_bytes", summary.hasMemoryMeanBytes() ? summary.getMemoryMeanBytes() : null)
        .put("processes_peak", summary.hasProcessesPeak() ? summary.getProcessesPeak() : null)
        .put("threads_peak", summary.hasThreadsPeak() ? summary.getThreadsPeak() : null)
        .put("files_peak", summary.hasFilesPeak() ? summary.getFilesPeak() : null)
        .put("sockets_peak", summary.hasSocketsPeak() ? summary.getSocketsPeak() : null)
        .put("read_bytes", summary.hasReadBytes() ? summary.getReadBytes() : null)
        .put("written_bytes", summary.hasWrittenBytes() ? summary.getWrittenBytes() : null)
        .put("throttled_share", throttled(summary))
        .put(
            "throttled_seconds",
            seconds(summary.hasThrottledMicros(), summary.getThrottledMicros()))
        .put(
            "cpu_stalled_seconds",
            seconds(summary.hasCpuStalledMicros(), summary.getCpuStalledMicros()))
        .put(
            "memory_stalled_seconds",
            seconds(summary.hasMemoryStalledMicros(), summary.getMemoryStalledMicros()))
        .put(
            "io_stalled_seconds",
            seconds(summary.hasIoStalledMicros(), summary.getIoStalledMicros()))
        .put("leaks", summary.getLeaksList().stream().map(SummaryView::json).toList());
  }

  private static Json.Fields json(UsageLeak leak) {
    return Json.object()
        .put("what", leak.getWhat())
        .put("from", leak.getFrom())
        .put("to", leak.getTo())
        .put("per_minute", leak.getPerMinute());
  }

  private static @Nullable Double seconds(boolean known, long micros) {
    return known ? micros / 1e6 : null;
  }

  /** Share of the periods in which the CPU quota was used up; null: not known. */
  private static @Nullable Double throttled(UsageSummary summary) {
    return summary.hasPeriods() && summary.hasThrottledPeriods()
        ? summary.getPeriods() == 0
            ? 0.0
            : (double) summary.getThrottledPeriods() / summary.getPeriods()
        : null;
  }

  /** Do any of these tasks say what they used? */
  public static boolean isKnown(List<Task> tasks) {
    return tasks.stream().anyMatch(task -> task.getResult().getUse().hasSummary());
  }

  /** A line for each task that says what it used. */
  public static Table table(List<Task> tasks) {
    Table table =
        new Table(
            "HOST",
            "CPU",
            "PEAK",
            "MEMORY",
            "PROCS",
            "THREADS",
            "FILES",
            "SOCKETS",
            "READ",
            "WRITTEN",
            "THROTTLED",
            "LEAKS");
    for (Task task : tasks) {
      ResourceUse use = task.getResult().getUse();
      if (use.hasSummary()) {
        row(table.row().cell(task.getHostName()), use);
      }
    }
    return table;
  }

  private static void row(Table row, ResourceUse use) {
    UsageSummary summary = use.getSummary();
    Double throttled = throttled(summary);
    row.cell(
            Format.took(
                Duration.ofSeconds(use.getCpuTime().getSeconds(), use.getCpuTime().getNanos())))
        .cell(summary.hasCpuPeakMillis() ? percent(summary.getCpuPeakMillis() / 1000.0) : "")
        .cell(use.getMemoryPeakBytes() == 0 ? "" : Format.bytes(use.getMemoryPeakBytes()))
        .cell(count(summary.hasProcessesPeak(), summary.getProcessesPeak()))
        .cell(count(summary.hasThreadsPeak(), summary.getThreadsPeak()))
        .cell(count(summary.hasFilesPeak(), summary.getFilesPeak()))
        .cell(count(summary.hasSocketsPeak(), summary.getSocketsPeak()))
        .cell(summary.hasReadBytes() ? Format.bytes(summary.getReadBytes()) : "")
        .cell(summary.hasWrittenBytes() ? Format.bytes(summary.getWrittenBytes()) : "")
        .cell(throttled == null ? "" : percent(throttled))
        .cell(
            summary.getLeaksList().stream()
                .map(leak ->
                    String.format(
                        Locale.ROOT,
                        "%s %d→%d (+%.0f/min)",
                        leak.getWhat(),
                        leak.getFrom(),
                        leak.getTo(),
                        leak.getPerMinute()))
                .collect(Collectors.joining(", ")));
  }

  private static String count(boolean known, int count) {
    return known ? Integer.toUnsignedString(count) : "";
  }

  /** A share as "12%". */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f%%", share * 100);
  }

  /** The table as text. */
  public static String text(List<Task> tasks, Style style) {
    return String.join("\n", table(tasks).lines(style));
  }
}
