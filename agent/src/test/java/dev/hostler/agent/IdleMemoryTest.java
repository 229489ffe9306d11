package dev.hostler.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.common.time.ManualTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IdleMemoryTest {
  private static final long MIB = 1 << 20;

  private final ManualTime time = new ManualTime();
  private final AtomicBoolean idle = new AtomicBoolean(true);
  private final AtomicLong used = new AtomicLong(20 * MIB);
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger collections = new AtomicInteger();

  private IdleMemory start() throws InterruptedException {
    IdleMemory made =
        IdleMemory.start(
            time,
            () -> {
              looks.incrementAndGet();
              return idle.get();
            },
            used::get,
            () -> {
              collections.incrementAndGet();
              used.set(10 * MIB);
            });
    time.awaitSleepers(1);
    return made;
  }

  private void pass(Duration span) throws InterruptedException {
    int before = looks.get();
    time.advance(span);
    await().until(() -> looks.get() > before);
    time.awaitSleepers(1);
  }

  @Test
  void whatTheStartTookIsGivenBackOnce() throws Exception {
    try (IdleMemory _ = start()) {
      assertThat(collections).hasValue(0);
      pass(Duration.ofSeconds(5));
      pass(Duration.ofMinutes(1));
      pass(Duration.ofMinutes(1));
      assertThat(collections).hasValue(1);
    }
  }

  @Test
  void whatWorkTookIsGivenBackAfterIt() throws Exception {
    try (IdleMemory _ = start()) {
      pass(Duration.ofSeconds(5));
      idle.set(false);
      used.set(30 * MIB);
      pass(Duration.ofMinutes(1));
      pass(Duration.ofMinutes(1));
      assertThat(collections).hasValue(1);
      idle.set(true);
      pass(Duration.ofMinutes(1));
      pass(Duration.ofMinutes(1));
      assertThat(collections).hasValue(2);
    }
  }

  @Test
  void aLittleGarbageIsLeft() throws Exception {
    try (IdleMemory _ = start()) {
      pass(Duration.ofSeconds(5));
      used.set(11 * MIB);
      pass(Duration.ofMinutes(1));
      pass(Duration.ofMinutes(1));
      assertThat(collections).hasValue(1);
    }
  }
}
