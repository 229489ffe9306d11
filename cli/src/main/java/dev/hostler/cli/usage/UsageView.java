package dev.hostler.cli.usage;

import dev.hostler.cli.command.Details;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.BundleUsage;
import dev.hostler.proto.v1.Health;
import dev.hostler.proto.v1.HostUsage;
import dev.hostler.proto.v1.UsagePoint;
import dev.hostler.proto.v1.UsageSample;
import dev.hostler.proto.v1.WorkUse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How the use of a host or a bundle over time looks. */
final class UsageView {
  private UsageView() {}

  static Json.Fields json(HostUsage host) {
    return Json.object()
        .put("host_id", host.getHostId())
        .put("host_name", host.getHostName())
        .put("cpus", host.getCpus())
        .put("step_seconds", host.getStep().getSeconds())
        .put("health", SampleView.json(host.getHealth()))
        .put("total", host.hasTotal() ? SampleView.json(host.getTotal()) : null)
        .put("points", host.getPointsList().stream().map(UsageView::json).toList())
        .put("works", host.getWorksList().stream().map(UsageView::json).toList());
  }

  static Json.Fields json(BundleUsage bundle) {
    return Json.object()
        .put("bundle", bundle.getBundle())
        .put("step_seconds", bundle.getStep().getSeconds())
        .put("health", SampleView.json(bundle.getHealth()))
        .put("points", bundle.getPointsList().stream().map(UsageView::json).toList())
        .put("works", bundle.getWorksList().stream().map(UsageView::json).toList());
  }

  private static Json.Fields json(UsagePoint point) {
    return Json.object()
        .put("at", Format.utc(point.hasAt(), point.getAt()))
        .put("use", SampleView.json(point.getSample()));
  }

  private static Json.Fields json(WorkUse work) {
    return Json.object()
        .put("bundle", work.getBundle().isEmpty() ? null : work.getBundle())
        .put("version", work.getVersion().isEmpty() ? null : work.getVersion())
        .put("action", work.getAction().isEmpty() ? null : work.getAction())
        .put("tasks", work.getTasks())
        .put("succeeded", work.getSucceeded())
        .put("failed", work.getFailed())
        .put("refused", work.getRefused())
        .put("out_of_memory", work.getOutOfMemory())
        .put("throttled", work.getThrottled())
        .put("leaking", work.getLeaking())
        .put("cpu_seconds", Format.seconds(true, work.getCpuTime()))
        .put("mean_seconds", Format.seconds(true, work.getMeanTime()))
        .put("memory_median_bytes", work.getMemoryMedianBytes())
        .put("memory_peak_bytes", work.getMemoryPeakBytes())
        .put("read_bytes", work.getReadBytes())
        .put("written_bytes", work.getWrittenBytes());
  }

  static String text(HostUsage host, Style style) {
    UsageSample total = host.getTotal();
    Double cpus = SampleView.cpus(total);
    Details details =
        new Details(style)
            .line("host", host.getHostName())
            .line("health", health(host.getHealth()));
    if (host.hasTotal()) {
      details
          .line(
              "cpu",
              cpus == null
                  ? ""
                  : String.format(Locale.ROOT, "%.2f of %d CPUs", cpus, host.getCpus()))
          .line(
              "memory",
              total.hasMemoryBytes()
                  ? Format.bytes(total.getMemoryBytes())
                      + " of "
                      + Format.bytes(total.getMemoryLimitBytes())
                      + ", at most "
                      + Format.bytes(total.getMemoryMaxBytes())
                  : "")
          .line("disk", SampleView.percent(SampleView.disk(total)))
          .line(
              "pressure",
              "cpu "
                  + SampleView.percent(SampleView.cpuPressure(total))
                  + ", memory "
                  + SampleView.percent(SampleView.memoryPressure(total))
                  + ", io "
                  + SampleView.percent(SampleView.ioPressure(total)));
    }
    return details
        + points(host.getPointsList(), host.getCpus(), style)
        + works(host.getWorksList(), style);
  }

  static String text(BundleUsage bundle, Style style) {
    return new Details(style)
            .line("bundle", bundle.getBundle())
            .line("health", health(bundle.getHealth()))
        + works(bundle.getWorksList(), style)
        + points(bundle.getPointsList(), 0, style);
  }

  private static String health(Health health) {
    return health.getScore()
        + (health.getFaultsCount() == 0
            ? ""
            : " ("
                + health.getFaultsList().stream()
                    .map(fault -> "−" + fault.getPoints() + ": " + fault.getReason())
                    .collect(Collectors.joining("; "))
                + ")");
  }

  /**
   * A line for each stretch.
   *
   * @param cpus of the host; 0: of several
   */
  private static String points(List<UsagePoint> points, int cpus, Style style) {
    if (points.isEmpty()) {
      return "\n\nnothing was reported";
    }
    Table table =
        new Table(
            "SINCE",
            "CPU",
            "MEMORY",
            "MOST",
            "DISK",
            "P-CPU",
            "P-MEM",
            "P-IO",
            "THREADS",
            "FILES",
            "READ",
            "WRITTEN",
            "THROTTLED");
    for (UsagePoint point : points) {
      UsageSample sample = point.getSample();
      Double used = SampleView.cpus(sample);
      table
          .row()
          .cell(Format.local(point.getAt()))
          .cell(used == null ? "" : SummaryView.percent(cpus == 0 ? used : used / cpus))
          .cell(SampleView.bytes(sample.hasMemoryBytes(), sample.getMemoryBytes()))
          .cell(SampleView.bytes(sample.hasMemoryMaxBytes(), sample.getMemoryMaxBytes()))
          .cell(SampleView.percent(SampleView.disk(sample)))
          .cell(SampleView.percent(SampleView.cpuPressure(sample)))
          .cell(SampleView.percent(SampleView.memoryPressure(sample)))
          .cell(SampleView.percent(SampleView.ioPressure(sample)))
          .cell(SampleView.count(sample.hasThreads(), sample.getThreads()))
          .cell(SampleView.count(sample.hasFiles(), sample.getFiles()))
          .cell(SampleView.bytes(sample.hasReadBytes(), sample.getReadBytes()))
          .cell(SampleView.bytes(sample.hasWrittenBytes(), sample.getWrittenBytes()))
          .cell(SampleView.percent(SampleView.throttled(sample)));
    }
    return "\n\n" + String.join("\n", table.lines(style));
  }

  private static String works(List<WorkUse> works, Style style) {
    if (works.isEmpty()) {
      return "\n\nnothing has ended";
    }
    Table table =
        new Table(
            "BUNDLE",
            "VERSION",
            "ACTION",
            "TASKS",
            "FAILED",
            "REFUSED",
            "OOM",
            "THROTTLED",
            "LEAKS",
            "CPU",
            "TOOK",
            "MEMORY",
            "MOST");
    for (WorkUse work : works) {
      table
          .row()
          .cell(work.getBundle().isEmpty() ? "(commands)" : work.getBundle())
          .cell(work.getVersion())
          .cell(work.getAction())
          .cell(Long.toString(work.getTasks()))
          .cell(Long.toString(work.getFailed()))
          .cell(Long.toString(work.getRefused()))
          .cell(Long.toString(work.getOutOfMemory()))
          .cell(Long.toString(work.getThrottled()))
          .cell(Long.toString(work.getLeaking()))
          .cell(took(work.getCpuTime()))
          .cell(took(work.getMeanTime()))
          .cell(Format.bytes(work.getMemoryMedianBytes()))
          .cell(Format.bytes(work.getMemoryPeakBytes()));
    }
    return "\n\n" + String.join("\n", table.lines(style));
  }

  private static String took(com.google.protobuf.Duration length) {
    return Format.took(Duration.ofSeconds(length.getSeconds(), length.getNanos()));
  }
}
