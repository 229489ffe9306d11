package dev.hostler.controller.api;

import dev.hostler.controller.job.UsageSummary;
import dev.hostler.proto.v1.UsageLeak;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Use as messages. What is not known is left out. */
final class UsageMessages {
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

  static void fraction(@Nullable Double value, Consumer<Double> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }
}
