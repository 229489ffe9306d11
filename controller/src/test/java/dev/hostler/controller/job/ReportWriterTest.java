package dev.hostler.controller.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.denial.DenialStore;
import dev.hostler.controller.denial.Denials;
import dev.hostler.controller.output.Chunk;
import dev.hostler.controller.output.Codec;
import dev.hostler.controller.output.OutputStore;
import dev.hostler.controller.output.Stream;
import dev.hostler.controller.output.StreamId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReportWriterTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private ReportWriter writer() {
    JobStore jobs = new JobStore();
    TimeSource time = TimeSource.system();
    return new ReportWriter(
        DB.database(),
        new Reports(
            DB.database(),
            new TaskStore(jobs),
            new AttemptStore(),
            new OutputStore(),
            new Denials(new DenialStore(), new AuditStore(time), 0, meters),
            time),
        new JobChanges(),
        new WorkHints(),
        new WorkMetrics(meters),
        time);
  }

  private static Report.Output output(
      UUID task, int attempt, java.util.function.LongConsumer committed) {
    StreamId id = new StreamId(task, attempt, Stream.STDOUT);
    return new Report.Output(
        new AttemptRef(task, attempt),
        UUID.randomUUID(),
        new Chunk(id, 0, 3, Codec.IDENTITY, new byte[] {1, 2, 3}),
        committed);
  }

  @Test
  void doesNotLetOneReportThatCannotBeStoredHarmTheOthers() throws Exception {
    CountDownLatch good = new CountDownLatch(20);
    AtomicInteger bad = new AtomicInteger();
    try (ReportWriter writer = writer()) {
      for (int i = 0; i < 20; i++) {
        assertThat(
                writer.submit(
                    output(UUID.randomUUID(), 1, _ -> good.countDown()),
                    new ReportWriter.Source(bad::incrementAndGet)))
            .isTrue();
        if (i == 10) { // an attempt 0 breaks a constraint of the table
          writer.submit(
              output(UUID.randomUUID(), 0, _ -> bad.addAndGet(100)),
              new ReportWriter.Source(bad::incrementAndGet));
        }
      }
      writer.start();
      assertThat(good.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(bad.get()).isEqualTo(1);
    assertThat(meters.get("hostler.output.bytes").counter().count()).isEqualTo(60);
    assertThat(meters.get("hostler.report.commit").timer().count()).isPositive();
  }

  @Test
  void storesNothingOfASourceAfterWhatCouldNotBeStored() throws Exception {
    CountDownLatch others = new CountDownLatch(2);
    AtomicInteger failed = new AtomicInteger();
    AtomicInteger stored = new AtomicInteger();
    ReportWriter.Source source = new ReportWriter.Source(failed::incrementAndGet);
    try (ReportWriter writer = writer()) {
      writer.submit(output(UUID.randomUUID(), 0, _ -> stored.incrementAndGet()), source);
      writer.submit(output(UUID.randomUUID(), 1, _ -> stored.incrementAndGet()), source);
      writer.submit(output(UUID.randomUUID(), 1, _ -> others.countDown()), whole());
      writer.start();
      assertThat(failed.get()).isLessThan(2);
      writer.submit(output(UUID.randomUUID(), 1, _ -> stored.incrementAndGet()), source);
      writer.submit(output(UUID.randomUUID(), 1, _ -> others.countDown()), whole());
      assertThat(others.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(failed.get()).isEqualTo(1);
    assertThat(stored.get()).isZero();
  }

  private static ReportWriter.Source whole() {
    return new ReportWriter.Source(() -> {});
  }

  @Test
  void commitsWhatItHasTakenOverBeforeItStops() throws Exception {
    UUID task = UUID.randomUUID();
    AtomicInteger told = new AtomicInteger();
    ReportWriter writer = writer();
    assertThat(
            writer.submit(
                output(task, 1, end -> told.set((int) end)), new ReportWriter.Source(() -> {})))
        .isTrue();
    writer.start();
    writer.close();
    assertThat(told.get()).isEqualTo(3);
    assertThat(writer.submit(output(task, 1, _ -> {}), new ReportWriter.Source(() -> {})))
        .as("closed")
        .isFalse();
    StreamId id = new StreamId(task, 1, Stream.STDOUT);
    Map<StreamId, Long> ends =
        DB.database().transact(tx -> new OutputStore().ends(tx, List.of(id)));
    assertThat(ends).containsEntry(id, 3L);
    writer.close();
  }
}
