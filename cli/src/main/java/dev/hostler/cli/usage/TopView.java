package dev.hostler.cli.usage;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Style;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.AttemptNow;
import dev.hostler.proto.v1.FleetUsage;
import dev.hostler.proto.v1.HostNow;
import dev.hostler.proto.v1.UsageSample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the fleet looks now. */
final class TopView {
  /** By what hosts and attempts are sorted. */
  enum Sort {
    /** CPUs in use. */
    cpu,
    /** Memory in use. */
    memory,
    /** The worst pressure; of attempts: throttling. */
    pressure,
    /** What is read and written. */
    io,
    /** Health, the worst first; attempts by CPU. */
    health,
    /** Host name. */
    name
  }

  private static final int LONGEST_TITLE = 60;

  private TopView() {}

  private static double value(@Nullable Double known) {
    return known == null ? -1 : known;
  }

  private static double key(UsageSample sample, Sort sort) {
    return switch (sort) {
      case cpu, health, name -> value(SampleView.cpus(sample));
      case memory -> sample.hasMemoryBytes() ? sample.getMemoryBytes() : -1;
      case pressure -> Math.max(SampleView.pressure(sample), value(SampleView.throttled(sample)));
      case io -> value(SampleView.read(sample)) + value(SampleView.written(sample));
    };
  }

  /** The hosts in the wanted order. */
  static List<HostNow> hosts(FleetUsage fleet, Sort sort) {
    Comparator<HostNow> byName = Comparator.comparing(HostNow::getHostName);
    return fleet.getByHostList().stream()
        .sorted(
            switch (sort) {
              case name -> byName;
              case health ->
                  Comparator.<HostNow>comparingInt(host -> host.getHealth().getScore())
                      .thenComparing(byName);
              default ->
                  Comparator.<HostNow>comparingDouble(host -> -key(host.getSample(), sort))
                      .thenComparing(byName);
            })
        .toList();
  }

  /** What runs, in the wanted order. */
  static List<AttemptNow> attempts(FleetUsage fleet, Sort sort) {
    Comparator<AttemptNow> byName =
        Comparator.comparing(AttemptNow::getHostName).thenComparing(AttemptNow::getTaskId);
    return fleet.getAttemptsList().stream()
        .sorted(
            sort == Sort.name
                ? byName
                : Comparator.<AttemptNow>comparingDouble(one -> -key(one.getSample(), sort))
                    .thenComparing(byName))
        .toList();
  }

  static String summary(FleetUsage fleet) {
    return String.format(
        Locale.ROOT,
        "%d of %d hosts connected, %.1f of %d CPUs and %s of %s in use, %d attempts run",
        fleet.getConnected(),
        fleet.getHosts(),
        fleet.getCpusUsed(),
        fleet.getCpus(),
        Format.bytes(fleet.getMemoryUsedBytes()),
        Format.bytes(fleet.getMemoryBytes()),
        fleet.getAttemptsCount());
  }

  /**
   * The whole picture.
   *
   * @param most rows of each table
   */
  static List<String> lines(FleetUsage fleet, Sort sort, int most, Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(summary(fleet));
    lines.add("");
    Table hosts =
        new Table(
            "HOST", "STATE", "HEALTH", "CPU", "MEMORY", "DISK", "P-CPU", "P-MEM", "P-IO", "THREADS",
            "FILES", "READ", "WRITTEN", "RUNS");
    hosts(fleet, sort).stream().limit(most).forEach(host -> row(hosts.row(), host, style));
    lines.addAll(hosts.lines(style));
    if (fleet.getAttemptsCount() > 0) {
      Table attempts =
          new Table(
              "HOST",
              "CPU",
              "MEMORY",
              "LIMIT",
              "PROCS",
              "THREADS",
              "FILES",
              "SOCKETS",
              "READ",
              "WRITTEN",
              "THROTTLED",
              "JOB",
              "WHAT");
      attempts(fleet, sort).stream().limit(most).forEach(one -> row(attempts.row(), one));
      lines.add("");
      lines.addAll(attempts.lines(style));
    }
    return lines;
  }

  private static void row(Table row, HostNow host, Style style) {
    UsageSample sample = host.getSample();
    Double cpus = SampleView.cpus(sample);
    row.cell(host.getHostName())
        .state(host.getConnected() ? "connected" : "offline", style)
        .cell(Integer.toString(host.getHealth().getScore()))
        .cell(cpus == null || host.getCpus() == 0 ? "" : SummaryView.percent(cpus / host.getCpus()))
        .cell(SampleView.percent(SampleView.memory(sample)))
        .cell(SampleView.percent(SampleView.disk(sample)))
        .cell(SampleView.percent(SampleView.cpuPressure(sample)))
        .cell(SampleView.percent(SampleView.memoryPressure(sample)))
        .cell(SampleView.percent(SampleView.ioPressure(sample)))
        .cell(SampleView.count(sample.hasThreads(), sample.getThreads()))
        .cell(SampleView.count(sample.hasFiles(), sample.getFiles()))
        .cell(SampleView.speed(SampleView.read(sample)))
        .cell(SampleView.speed(SampleView.written(sample)))
        .cell(Integer.toString(host.getAttempts()));
  }

  private static void row(Table row, AttemptNow one) {
    UsageSample sample = one.getSample();
    row.cell(one.getHostName())
        .cell(SampleView.percent(SampleView.cpus(sample)))
        .cell(SampleView.bytes(sample.hasMemoryBytes(), sample.getMemoryBytes()))
        .cell(SampleView.percent(SampleView.memory(sample)))
        .cell(SampleView.count(sample.hasProcesses(), sample.getProcesses()))
        .cell(SampleView.count(sample.hasThreads(), sample.getThreads()))
        .cell(SampleView.count(sample.hasFiles(), sample.getFiles()))
        .cell(SampleView.count(sample.hasSockets(), sample.getSockets()))
        .cell(SampleView.speed(SampleView.read(sample)))
        .cell(SampleView.speed(SampleView.written(sample)))
        .cell(SampleView.percent(SampleView.throttled(sample)))
        .cell(one.getJobId())
        .cell(cut(one.getTitle()));
  }

  private static String cut(String title) {
    return title.length() <= LONGEST_TITLE ? title : title.substring(0, LONGEST_TITLE - 1) + "…";
  }

  static Json.Fields json(FleetUsage fleet, Sort sort) {
    return Json.object()
        .put("hosts", fleet.getHosts())
        .put("connected", fleet.getConnected())
        .put("cpus_used", fleet.getCpusUsed())
        .put("cpus", fleet.getCpus())
        .put("memory_used_bytes", fleet.getMemoryUsedBytes())
        .put("memory_bytes", fleet.getMemoryBytes())
        .put("by_host", hosts(fleet, sort).stream().map(TopView::json).toList())
        .put("attempts", attempts(fleet, sort).stream().map(TopView::json).toList());
  }

  private static Json.Fields json(HostNow host) {
    return Json.object()
        .put("host_id", host.getHostId())
        .put("host_name", host.getHostName())
        .put("connected", host.getConnected())
        .put("cpus", host.getCpus())
        .put("at", Format.utc(host.hasAt(), host.getAt()))
        .put("attempts", host.getAttempts())
        .put("health", SampleView.json(host.getHealth()))
        .put("use", host.hasSample() ? SampleView.json(host.getSample()) : null);
  }

  private static Json.Fields json(AttemptNow one) {
    return Json.object()
        .put("task_id", one.getTaskId())
        .put("attempt", one.getAttempt())
        .put("job_id", one.getJobId())
        .put("host_id", one.getHostId())
        .put("host_name", one.getHostName())
        .put("title", one.getTitle())
        .put("use", SampleView.json(one.getSample()));
  }
}
