package dev.hostler.controller.link;

import dev.hostler.controller.job.AttemptRef;
import dev.hostler.controller.job.UsageSummary;
import dev.hostler.controller.usage.Sample;
import dev.hostler.controller.usage.UsageIntake;
import dev.hostler.proto.v1.AttemptUsage;
import dev.hostler.proto.v1.UsageLeak;
import dev.hostler.proto.v1.UsageReport;
import dev.hostler.proto.v1.UsageSample;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Translates what agents tell of use. Numbers that cannot be true count as not known. */
final class UsageFrames {
  /** More of anything than any machine has: keeps sums within 64 bits. */
  private static final long MOST = 1L << 53;

  private static final double LONGEST_WINDOW = 86_400;
  private static final int MOST_LEAKS = 16;
  private static final int LONGEST_WHAT = 32;
  private static final double NANOS = 1e9;
  private static final double MICROS = 1e6;

  private UsageFrames() {}

  /**
   * Hands a report over. What is of attempts that the host does not have is passed over, as what is
   * of no stretch of time.
   */
  static void take(UUID hostId, UsageReport report, LiveAttempts attempts, UsageIntake intake) {
    Sample host = sample(report.getHost());
    if (host != null) {
      intake.host(hostId, host);
    }
    for (AttemptUsage one : report.getAttemptsList()) {
      AttemptRef ref = FromAgent.ref("usage.attempts", one.getRef());
      Sample sample = sample(one.getSample());
      if (sample != null) {
        attempts.job(ref).ifPresent(job -> intake.attempt(hostId, ref, job, sample));
      }
    }
  }

  /** Null if it is of no stretch of time. */
  static @Nullable Sample sample(UsageSample sample) {
    double seconds = sample.getWindow().getSeconds() + sample.getWindow().getNanos() / NANOS;
    if (!(seconds > 0 && seconds <= LONGEST_WINDOW)) {
      return null;
    }
    return new Sample(
        seconds,
        seconds(sample.hasCpuMicros(), sample.getCpuMicros()),
        number(sample.hasMemoryBytes(), sample.getMemoryBytes()),
        number(sample.hasMemoryMaxBytes(), sample.getMemoryMaxBytes()),
        number(sample.hasMemoryLimitBytes(), sample.getMemoryLimitBytes()),
        number(sample.hasProcesses(), sample.getProcesses()),
        number(sample.hasThreads(), sample.getThreads()),
        number(sample.hasFiles(), sample.getFiles()),
        number(sample.hasSockets(), sample.getSockets()),
        number(sample.hasReadBytes(), sample.getReadBytes()),
        number(sample.hasWrittenBytes(), sample.getWrittenBytes()),
        number(sample.hasPeriods(), sample.getPeriods()),
        number(sample.hasThrottledPeriods(), sample.getThrottledPeriods()),
        seconds(sample.hasCpuStalledMicros(), sample.getCpuStalledMicros()),
        seconds(sample.hasMemoryStalledMicros(), sample.getMemoryStalledMicros()),
        seconds(sample.hasIoStalledMicros(), sample.getIoStalledMicros()),
        number(sample.hasDiskBytes(), sample.getDiskBytes()),
        number(sample.hasDiskUsedBytes(), sample.getDiskUsedBytes()));
  }

  static UsageSummary summary(dev.hostler.proto.v1.UsageSummary use) {
    List<UsageSummary.Leak> leaks =
        use.getLeaksList().stream().limit(MOST_LEAKS).map(UsageFrames::leak).toList();
    return new UsageSummary(
        Math.max(0, use.getSamples()),
        number(use.hasUserMicros(), use.getUserMicros()),
        number(use.hasCpuPeakMillis(), use.getCpuPeakMillis()),
        number(use.hasMemoryMeanBytes(), use.getMemoryMeanBytes()),
        number(use.hasProcessesPeak(), use.getProcessesPeak()),
        number(use.hasThreadsPeak(), use.getThreadsPeak()),
        number(use.hasFilesPeak(), use.getFilesPeak()),
        number(use.hasSocketsPeak(), use.getSocketsPeak()),
        number(use.hasReadBytes(), use.getReadBytes()),
        number(use.hasWrittenBytes(), use.getWrittenBytes()),
        number(use.hasPeriods(), use.getPeriods()),
        number(use.hasThrottledPeriods(), use.getThrottledPeriods()),
        number(use.hasThrottledMicros(), use.getThrottledMicros()),
        number(use.hasCpuStalledMicros(), use.getCpuStalledMicros()),
        number(use.hasMemoryStalledMicros(), use.getMemoryStalledMicros()),
        number(use.hasIoStalledMicros(), use.getIoStalledMicros()),
        leaks);
  }

  private static UsageSummary.Leak leak(UsageLeak leak) {
    String what = FromAgent.text(leak.getWhat());
    return new UsageSummary.Leak(
        what.length() <= LONGEST_WHAT ? what : what.substring(0, LONGEST_WHAT),
        Math.clamp(leak.getFrom(), 0, MOST),
        Math.clamp(leak.getTo(), 0, MOST),
        Double.isFinite(leak.getPerMinute()) ? leak.getPerMinute() : 0);
  }

  private static @Nullable Long number(boolean known, long value) {
    return known && value >= 0 && value <= MOST ? value : null;
  }

  private static @Nullable Double seconds(boolean known, long micros) {
    return known && micros >= 0 && micros <= MOST ? micros / MICROS : null;
  }
}
