package dev.hostler.common.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.time.ManualTime;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PeriodicTest {
  private final ManualTime time = new ManualTime();
  private final AtomicInteger times = new AtomicInteger();

  @Test
  void theWorkIsDoneAtOnceAndAfterEachPause() throws Exception {
    try (Periodic periodic =
        new Periodic("test", Duration.ofHours(1), times::incrementAndGet, time)) {
      periodic.start();
      time.awaitSleepers(1);
      assertThat(times).hasValue(1);
      time.advance(Duration.ofHours(1));
      while (times.get() < 2) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(periodic::start).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aFailureEndsNothing() throws Exception {
    try (Periodic periodic =
        new Periodic(
            "test",
            Duration.ofHours(1),
            () -> {
              times.incrementAndGet();
              throw new IllegalStateException("not now");
            },
            time)) {
      periodic.start();
      time.awaitSleepers(1);
      time.advance(Duration.ofHours(1));
      while (times.get() < 2) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void closingInterruptsTheWorkAndWaitsForItsEnd() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    Periodic periodic =
        new Periodic(
            "test",
            Duration.ofHours(1),
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } finally {
                ended.incrementAndGet();
              }
            },
            time);
    periodic.close(); // nothing to end yet
    periodic.start();
    begun.await();
    periodic.close();
    assertThat(ended).hasValue(1);
    periodic.close();
  }
}
