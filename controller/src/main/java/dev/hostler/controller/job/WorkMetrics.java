package dev.hostler.controller.job;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What the work engine measures. Thread-safe. */
public final class WorkMetrics {
  private final Timer commit;
  private final DistributionSummary batch;
  private final Counter outputBytes;
  private final Timer dispatch;
  private final Map<TaskState, Counter> ended = new EnumMap<>(TaskState.class);
  private final Map<TaskState, AtomicInteger> open = new EnumMap<>(TaskState.class);

  /** Registers the meters. */
  public WorkMetrics(MeterRegistry registry) {
    commit =
        Timer.builder("hostler.report.commit")
            .description("Time to commit a batch of reports of hosts")
            .publishPercentileHistogram()
            .register(registry);
    batch =
        DistributionSummary.builder("hostler.report.batch")
            .description("Reports in one transaction")
            .register(registry);
    outputBytes =
        Counter.builder("hostler.output.bytes")
            .description("Decoded bytes of output received")
            .baseUnit("bytes")
            .register(registry);
    dispatch =
        Timer.builder("hostler.dispatch")
            .description("From submission until the assignment is on its host's stream")
            .publishPercentileHistogram()
            .register(registry);
    for (TaskState state : TaskState.values()) {
      if (state.isTerminal()) {
        ended.put(
            state,
            Counter.builder("hostler.tasks.ended")
                .description("Tasks that reached a terminal state")
                .tag("state", state.name())
                .register(registry));
      } else {
        AtomicInteger value = new AtomicInteger();
        open.put(state, value);
        Gauge.builder("hostler.tasks.open", value, AtomicInteger::get)
            .description("Tasks in a state that is not terminal, at the last sweep")
            .tag("state", state.name())
            .register(registry);
      }
    }
  }

  void committed(int reports, long nanos) {
    commit.record(nanos, TimeUnit.NANOSECONDS);
    batch.record(reports);
  }

  void output(int bytes) {
    outputBytes.increment(bytes);
  }

  void ended(TaskState state) {
    Counter counter = ended.get(state);
    if (counter != null) {
      counter.increment();
    }
  }

  void open(Map<TaskState, Integer> counts) {
    open.forEach((state, value) -> value.set(counts.getOrDefault(state, 0)));
  }

  /** An assignment is on its host's stream, so long after its job was committed. */
  public void dispatched(Duration sinceSubmission) {
    dispatch.record(sinceSubmission);
  }
}
