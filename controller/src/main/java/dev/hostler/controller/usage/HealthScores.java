package dev.hostler.controller.usage;

import dev.hostler.controller.job.WorkStatistics;
import dev.hostler.controller.job.WorkUse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The formula of docs/usage.md. */
final class HealthScores {
  private static final int OFFLINE = 40;
  private static final int MEMORY = 20;
  private static final int DISK = 20;
  private static final int PRESSURE = 20;
  private static final int FAILURES = 30;
  private static final int EACH_ALERT = 5;
  private static final int ALERTS = 15;
  private static final int BUNDLE_FAILURES = 50;
  private static final int OUT_OF_MEMORY = 20;
  private static final int THROTTLED = 10;
  private static final int LEAKS = 20;

  private HealthScores() {}

  /**
   * Of a host.
   *
   * @param recent what it used in the last quarter of an hour; null: it told nothing
   * @param ended how its tasks of the last day ended; null: there were none
   * @param alerts how many are raised
   */
  static Health host(
      boolean connected,
      @Nullable Sample recent,
      WorkStatistics.@Nullable Ended ended,
      int alerts) {
    Health.Sum sum = new Health.Sum();
    if (!connected) {
      sum.fault("offline", OFFLINE, "its agent is not connected");
    }
    if (recent != null) {
      use(sum, recent);
    }
    if (ended != null && ended.tasks() > 0) {
      sum.share(
          "failures",
          FAILURES,
          (double) ended.failed() / ended.tasks(),
          0,
          1,
          "of the %d tasks of the last day failed".formatted(ended.tasks()));
    }
    sum.fault(
        "alerts",
        Math.min(ALERTS, EACH_ALERT * alerts),
        alerts == 1 ? "an alert is raised" : alerts + " alerts are raised");
    return sum.health();
  }

  private static void use(Health.Sum sum, Sample recent) {
    Double memory = Metric.MEMORY.of(recent, 0);
    if (memory != null) {
      sum.share("memory", MEMORY, memory, 0.8, 1, "of the memory is in use");
    }
    Double disk = Metric.DISK.of(recent, 0);
    if (disk != null) {
      sum.share("disk", DISK, disk, 0.8, 1, "of the agent's disk is in use");
    }
    double worst = 0;
    for (Metric one : List.of(Metric.PRESSURE_CPU, Metric.PRESSURE_MEMORY, Metric.PRESSURE_IO)) {
      Double share = one.of(recent, 0);
      worst = share == null ? worst : Math.max(worst, share);
    }
    sum.share("pressure", PRESSURE, worst, 0.1, 0.6, "of the time programs had to wait");
  }

  /** Of a bundle, by what ended. */
  static Health bundle(List<WorkUse> works) {
    double ran = works.stream().mapToLong(one -> one.succeeded() + one.failed()).sum();
    Health.Sum sum = new Health.Sum();
    if (ran > 0) {
      sum.share(
          "failures",
          BUNDLE_FAILURES,
          works.stream().mapToLong(WorkUse::failed).sum() / ran,
          0,
          1,
          "of its tasks failed");
      sum.share(
          "out_of_memory",
          OUT_OF_MEMORY,
          works.stream().mapToLong(WorkUse::outOfMemory).sum() / ran,
          0,
          0.5,
          "of its tasks ran out of memory");
      sum.share(
          "throttled",
          THROTTLED,
          works.stream().mapToLong(WorkUse::throttled).sum() / ran,
          0,
          1,
          "of its tasks used up their CPU quota");
      sum.share(
          "leaks",
          LEAKS,
          works.stream().mapToLong(WorkUse::leaking).sum() / ran,
          0,
          0.5,
          "of its tasks leaked processes, threads or descriptors");
    }
    return sum.health();
  }
}
