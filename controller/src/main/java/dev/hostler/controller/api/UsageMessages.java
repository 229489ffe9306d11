package dev.hostler.controller.api;

import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.job.UsageSummary;
import dev.hostler.controller.job.WorkUse;
import dev.hostler.controller.usage.Health;
import dev.hostler.controller.usage.Sample;
import dev.hostler.controller.usage.UsageService;
import dev.hostler.proto.v1.HealthFault;
import dev.hostler.proto.v1.UsageLeak;
import dev.hostler.proto.v1.UsagePoint;
import dev.hostler.proto.v1.UsageSample;
import java.time.Duration;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Use as messages. What is not known is left out. */
final class UsageMessages {
  private static final long LONGEST_SECONDS = 3650L * 86_400;
  private static final long NANOS = 1_000_000_000;
  private static final double MICROS = 1e6;

  private UsageMessages() {}

  static dev.hostler.proto.v1.UsageSummary summary(UsageSummary use) {
    dev.hostler.proto.v1.UsageSummary.Builder message =
        dev.hostler.proto.v1.UsageSummary.newBuilder().setSamples((int) use.samples());
    known(use.userMicros(), message::setUserMicros);
    known(use.cpuPeakMillis(), message::setCpuPeakMillis);
    known(use.memoryMeanBytes(), message::setMemoryMeanBytes);
    count(use.processesPeak(), message::setProcessesPeak);
    count(use.threadsPeak(), message::setThreadsPeak);
    count(use.filesPeak(), message::setFilesPeak);
    count(use.socketsPeak(), message::setSocketsPeak);
    known(use.readBytes(), message::setReadBytes);
    known(use.writtenBytes(), message::setWrittenBytes);
    known(use.periods(), message::setPeriods);
    known(use.throttledPeriods(), message::setThrottledPeriods);
    known(use.throttledMicros(), message::setThrottledMicros);
    known(use.cpuStalledMicros(), message::setCpuStalledMicros);
    known(use.memoryStalledMicros(), message::setMemoryStalledMicros);
    known(use.ioStalledMicros(), message::setIoStalledMicros);
    for (UsageSummary.Leak leak : use.leaks()) {
      message.addLeaks(
          UsageLeak.newBuilder()
              .setWhat(leak.what())
              .setFrom(leak.from())
              .setTo(leak.to())
              .setPerMinute(leak.perMinute()));
    }
    return message.build();
  }

  static UsageSample sample(Sample sample) {
    UsageSample.Builder message =
        UsageSample.newBuilder().setWindow(duration(seconds(sample.seconds())));
    micros(sample.cpuSeconds(), message::setCpuMicros);
    known(sample.memoryBytes(), message::setMemoryBytes);
    known(sample.memoryMaxBytes(), message::setMemoryMaxBytes);
    known(sample.memoryLimitBytes(), message::setMemoryLimitBytes);
    count(sample.processes(), message::setProcesses);
    count(sample.threads(), message::setThreads);
    count(sample.files(), message::setFiles);
    count(sample.sockets(), message::setSockets);
    known(sample.readBytes(), message::setReadBytes);
    known(sample.writtenBytes(), message::setWrittenBytes);
    known(sample.periods(), message::setPeriods);
    known(sample.throttledPeriods(), message::setThrottledPeriods);
    micros(sample.cpuStalled(), message::setCpuStalledMicros);
    micros(sample.memoryStalled(), message::setMemoryStalledMicros);
    micros(sample.ioStalled(), message::setIoStalledMicros);
    known(sample.diskBytes(), message::setDiskBytes);
    known(sample.diskUsedBytes(), message::setDiskUsedBytes);
    return message.build();
  }

  static UsagePoint point(UsageService.Point point) {
    return UsagePoint.newBuilder()
        .setAt(Unary.timestamp(point.at()))
        .setSample(sample(point.sample()))
        .build();
  }

  static dev.hostler.proto.v1.Health health(Health health) {
    dev.hostler.proto.v1.Health.Builder message =
        dev.hostler.proto.v1.Health.newBuilder().setScore(health.score());
    for (Health.Fault fault : health.faults()) {
      message.addFaults(
          HealthFault.newBuilder()
              .setKind(fault.kind())
              .setPoints(fault.points())
              .setReason(fault.reason()));
    }
    return message.build();
  }

  static dev.hostler.proto.v1.WorkUse work(WorkUse work) {
    return dev.hostler.proto.v1.WorkUse.newBuilder()
        .setBundle(work.bundle())
        .setVersion(work.version())
        .setAction(work.action())
        .setTasks(work.tasks())
        .setSucceeded(work.succeeded())
        .setFailed(work.failed())
        .setRefused(work.refused())
        .setOutOfMemory(work.outOfMemory())
        .setThrottled(work.throttled())
        .setLeaking(work.leaking())
        .setCpuTime(duration(work.cpu()))
        .setMeanTime(duration(work.meanTime()))
        .setMemoryMedianBytes(work.memoryMedianBytes())
        .setMemoryPeakBytes(work.memoryPeakBytes())
        .setReadBytes(work.readBytes())
        .setWrittenBytes(work.writtenBytes())
        .build();
  }

  static com.google.protobuf.Duration duration(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  /**
   * A length of time that was asked for.
   *
   * @throws RequestException INVALID if it is none
   */
  static Duration duration(String field, com.google.protobuf.Duration asked) {
    if (asked.getSeconds() < 0
        || asked.getSeconds() > LONGEST_SECONDS
        || asked.getNanos() < 0
        || asked.getNanos() >= NANOS) {
      throw RequestException.invalid(
          field, asked.getSeconds() + " s", "use a length of time, up to 10 years");
    }
    return Duration.ofSeconds(asked.getSeconds(), asked.getNanos());
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos((long) (seconds * NANOS));
  }

  private static void micros(@Nullable Double seconds, LongConsumer setter) {
    if (seconds != null) {
      setter.accept(Math.round(seconds * MICROS));
    }
  }

  static void known(@Nullable Long value, LongConsumer setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  static void count(@Nullable Long value, IntConsumer setter) {
    if (value != null) {
      setter.accept((int) Math.min(Integer.MAX_VALUE, value));
    }
  }
}
