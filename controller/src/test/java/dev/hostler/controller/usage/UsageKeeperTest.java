package dev.hostler.controller.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hostler.common.time.ManualTime;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.job.AttemptRef;
import dev.hostler.controller.link.EngineFixture;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Folding and forgetting, and series across what is folded and what is not. */
class UsageKeeperTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private final ManualTime time = new ManualTime(); // at a whole hour
  private final UsageStore store = new UsageStore();
  private final SeriesStore series = new SeriesStore();
  private final Instant start = time.instant();
  private UsageKeeper keeper;
  private UUID host;

  @BeforeEach
  void clear() {
    DB.database()
        .execute(tx -> {
          for (String table : List.of("usage_raw", "usage_minute", "usage_hour")) {
            tx.handle().execute("DELETE FROM " + table);
          }
          tx.handle().execute("UPDATE usage_folded SET until = 'epoch'");
        });
    host = EngineFixture.host(DB.database(), "h-" + UUID.randomUUID());
    keeper =
        new UsageKeeper(
            DB.database(),
            new UsageConfig(Duration.ofHours(2), Duration.ofHours(4), Duration.ofDays(2)),
            time);
  }

  private long count(String table) {
    return DB.database()
        .transact(
            tx -> tx.handle().createQuery("SELECT count(*) FROM " + table).mapTo(Long.class).one());
  }

  /** A report of ten seconds, every ten seconds, up to now plus that. */
  private void report(Duration span) {
    List<Measured> all = new ArrayList<>();
    for (long at = 10; at <= span.toSeconds(); at += 10) {
      all.add(
          new Measured(
              time.instant().plusSeconds(at),
              host,
              new Measured.Subject.WholeHost(),
              Samples.host(5, 400, 100)));
    }
    DB.database().execute(tx -> store.insert(tx, all));
    time.advance(span);
  }

  private List<SeriesStore.Point> points(Duration step) {
    return DB.database().transact(tx -> series.ofHost(tx, host, start.minusSeconds(1), step));
  }

  private double cpu(Duration step) {
    return points(step).stream().mapToDouble(point -> point.sample().cpuSeconds()).sum();
  }

  @Test
  void everyStretchCountsOnceWhateverIsFolded() {
    report(Duration.ofMinutes(95));
    double all = 95 * 6 * 5;
    assertThat(cpu(Duration.ofSeconds(10))).isCloseTo(all, within(1e-6));
    assertThat(cpu(Duration.ofMinutes(5))).isCloseTo(all, within(1e-6));
    keeper.keep();
    assertThat(count("usage_minute")).isEqualTo(94); // the last half minute waits
    assertThat(count("usage_hour")).isEqualTo(1);
    for (Duration step :
        List.of(Duration.ofSeconds(10), Duration.ofMinutes(5), Duration.ofHours(1))) {
      assertThat(cpu(step)).as("%s", step).isCloseTo(all, within(1e-6));
    }
    keeper.keep();
    assertThat(count("usage_minute")).isEqualTo(94);
    SeriesStore.Point hour = points(Duration.ofHours(1)).getFirst();
    assertThat(hour.at()).isEqualTo(start);
    assertThat(hour.sample().seconds()).isCloseTo(3590, within(1e-6));
    assertThat(hour.sample().memoryBytes()).isEqualTo(400);
    assertThat(hour.sample().memoryMaxBytes()).isEqualTo(405);
    assertThat(hour.sample().readBytes()).isEqualTo(359 * 100);
    assertThat(hour.sample().periods()).isNull();
    assertThat(hour.sample().ioStalled()).isCloseTo(359 * 0.5, within(1e-6));
  }

  @Test
  void whatIsOldIsForgottenAndTheCoarserStays() {
    report(Duration.ofHours(5));
    keeper.keep();
    assertThat(count("usage_raw")).isBetween(2 * 360L, 2 * 360L + 1);
    assertThat(count("usage_minute")).isBetween(4 * 60L - 2, 4 * 60L + 1);
    assertThat(count("usage_hour")).isEqualTo(4);
    assertThat(points(Duration.ofHours(1))).hasSize(6); // the last report is of the sixth
    time.advance(Duration.ofDays(3));
    keeper.keep();
    assertThat(count("usage_raw") + count("usage_minute") + count("usage_hour")).isZero();
  }

  @Test
  void attemptsOfAnActionFoldIntoOneRow() {
    List<Measured> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(
          new Measured(
              time.instant().plusSeconds(10 + i),
              host,
              new Measured.Subject.Attempt(
                  new AttemptRef(UUID.randomUUID(), 1), UUID.randomUUID(), "b", "act"),
              Samples.attempt(2, 100 * (i + 1))));
    }
    all.add(
        new Measured(
            time.instant().plusSeconds(10),
            host,
            new Measured.Subject.Attempt(
                new AttemptRef(UUID.randomUUID(), 1), UUID.randomUUID(), null, null),
            Samples.attempt(2, 1)));
    DB.database().execute(tx -> store.insert(tx, all));
    time.advance(Duration.ofMinutes(2));
    keeper.keep();
    assertThat(count("usage_minute")).isEqualTo(2);
    Sample sample =
        DB.database()
            .transact(tx -> series.ofBundle(tx, "b", start, Duration.ofMinutes(1)))
            .getFirst()
            .sample();
    assertThat(sample.cpuSeconds()).isEqualTo(6);
    assertThat(sample.seconds()).isEqualTo(30);
    assertThat(sample.memoryBytes()).isEqualTo(200);
    assertThat(sample.memoryMaxBytes()).isEqualTo(300);
    assertThat(sample.throttledPeriods()).isEqualTo(120);
  }

  @Test
  void reportsOfAHostThatIsNotThereArePassedOver() {
    DB.database()
        .execute(tx ->
            store.insert(
                tx,
                List.of(
                    new Measured(
                        time.instant(),
                        UUID.randomUUID(),
                        new Measured.Subject.WholeHost(),
                        Samples.host(1, 1, 1)))));
    assertThat(count("usage_raw")).isZero();
  }

  @Test
  void aStepIsAWholeNumberOfWhatThereIs() {
    assertThat(UsageService.step(Duration.ofMinutes(10), 60)).isEqualTo(Duration.ofSeconds(10));
    assertThat(UsageService.step(Duration.ofHours(1), 0)).isEqualTo(Duration.ofMinutes(1));
    assertThat(UsageService.step(Duration.ofHours(1), 20)).isEqualTo(Duration.ofMinutes(3));
    assertThat(UsageService.step(Duration.ofDays(1), 20)).isEqualTo(Duration.ofHours(2));
    assertThat(UsageService.step(Duration.ofDays(30), 60)).isEqualTo(Duration.ofHours(12));
  }
}
