package dev.hostler.agent.link;

import com.google.protobuf.Duration;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.usage.Leak;
import dev.hostler.agent.usage.UsageReport;
import dev.hostler.agent.usage.UsageSummary;
import dev.hostler.agent.usage.UsageWindow;
import dev.hostler.proto.v1.AgentFrame;
import dev.hostler.proto.v1.AttemptUsage;
import dev.hostler.proto.v1.UsageLeak;
import dev.hostler.proto.v1.UsageSample;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;

/** Turns what was used into frames. What is not known is left out. */
final class UsageToWire {
  private static final int MOST_ATTEMPTS = 1000;
  private static final long NANOS = 1_000_000_000;

  private UsageToWire() {}

  static AgentFrame report(UsageReport report) {
    var message = dev.hostler.proto.v1.UsageReport.newBuilder().setHost(sample(report.host()));
    report.attempts().entrySet().stream()
        .limit(MOST_ATTEMPTS)
        .forEach(one ->
            message.addAttempts(
                AttemptUsage.newBuilder()
                    .setRef(ToWire.ref(AttemptId.ofLabel(one.getKey())))
                    .setSample(sample(one.getValue()))));
    return AgentFrame.newBuilder().setUsage(message).build();
  }

  private static UsageSample sample(UsageWindow window) {
    UsageSample.Builder sample =
        UsageSample.newBuilder()
            .setWindow(
                Duration.newBuilder()
                    .setSeconds(window.nanos() / NANOS)
                    .setNanos((int) (window.nanos() % NANOS)));
    known(window.cpuMicros(), sample::setCpuMicros);
    known(window.memoryBytes(), sample::setMemoryBytes);
    known(window.memoryMaxBytes(), sample::setMemoryMaxBytes);
    known(window.memoryLimitBytes(), sample::setMemoryLimitBytes);
    count(window.processes(), sample::setProcesses);
    count(window.threads(), sample::setThreads);
    count(window.files(), sample::setFiles);
    count(window.sockets(), sample::setSockets);
    known(window.readBytes(), sample::setReadBytes);
    known(window.writtenBytes(), sample::setWrittenBytes);
    known(window.periods(), sample::setPeriods);
    known(window.throttledPeriods(), sample::setThrottledPeriods);
    known(window.cpuStalledMicros(), sample::setCpuStalledMicros);
    known(window.memoryStalledMicros(), sample::setMemoryStalledMicros);
    known(window.ioStalledMicros(), sample::setIoStalledMicros);
    known(window.diskBytes(), sample::setDiskBytes);
    known(window.diskUsedBytes(), sample::setDiskUsedBytes);
    return sample.build();
  }

  static dev.hostler.proto.v1.UsageSummary summary(UsageSummary use) {
    var summary = dev.hostler.proto.v1.UsageSummary.newBuilder().setSamples(use.samples());
    known(use.userMicros(), summary::setUserMicros);
    known(use.cpuPeakMillis(), summary::setCpuPeakMillis);
    known(use.memoryMeanBytes(), summary::setMemoryMeanBytes);
    count(use.processesPeak(), summary::setProcessesPeak);
    count(use.threadsPeak(), summary::setThreadsPeak);
    count(use.filesPeak(), summary::setFilesPeak);
    count(use.socketsPeak(), summary::setSocketsPeak);
    known(use.readBytes(), summary::setReadBytes);
    known(use.writtenBytes(), summary::setWrittenBytes);
    known(use.periods(), summary::setPeriods);
    known(use.throttledPeriods(), summary::setThrottledPeriods);
    known(use.throttledMicros(), summary::setThrottledMicros);
    known(use.cpuStalledMicros(), summary::setCpuStalledMicros);
    known(use.memoryStalledMicros(), summary::setMemoryStalledMicros);
    known(use.ioStalledMicros(), summary::setIoStalledMicros);
    for (Leak leak : use.leaks()) {
      summary.addLeaks(
          UsageLeak.newBuilder()
              .setWhat(leak.what())
              .setFrom(leak.from())
              .setTo(leak.to())
              .setPerMinute(leak.perMinute()));
    }
    return summary.build();
  }

  private static void known(long value, LongConsumer setter) {
    if (value >= 0) {
      setter.accept(value);
    }
  }

  private static void count(int value, IntConsumer setter) {
    if (value >= 0) {
      setter.accept(value);
    }
  }
}
