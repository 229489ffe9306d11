package dev.hostler.common.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LIMIT = Duration.ofSeconds(1);

  @Test
  void drawsFromZeroToABoundThatDoublesUpToTheLimit() {
    long[] highest = new long[6];
    boolean low = false;
    for (int seed = 0; seed < 500; seed++) {
      Backoff backoff = new Backoff(FIRST, LIMIT, new Random(seed));
      for (int i = 0; i < highest.length; i++) {
        long millis = backoff.next().toMillis();
        highest[i] = Math.max(highest[i], millis);
        low |= i == 5 && millis < 100;
      }
    }
    assertThat(highest[0]).isBetween(90L, 100L);
    assertThat(highest[1]).isBetween(180L, 200L);
    assertThat(highest[2]).isBetween(360L, 400L);
    assertThat(highest[3]).isBetween(720L, 800L);
    assertThat(highest[4]).isBetween(900L, 1000L);
    assertThat(highest[5]).isBetween(900L, 1000L);
    assertThat(low).as("full jitter reaches down to zero").isTrue();
  }

  @Test
  void startsOverAfterReset() {
    Backoff backoff = new Backoff(FIRST, LIMIT, new Random(1));
    for (int i = 0; i < 10; i++) {
      var _ = backoff.next();
    }
    backoff.reset();
    assertThat(backoff.next()).isLessThanOrEqualTo(FIRST);
  }

  @Test
  void refusesBoundsThatMakeNoSense() {
    assertThatThrownBy(() -> new Backoff(LIMIT, FIRST, new Random(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT1S");
  }
}
