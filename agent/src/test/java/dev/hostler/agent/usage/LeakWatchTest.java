package dev.hostler.agent.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.DoubleToLongFunction;
import org.junit.jupiter.api.Test;

class LeakWatchTest {
  private static LeakWatch watched(int seconds, DoubleToLongFunction value) {
    LeakWatch watch = new LeakWatch("threads");
    for (int i = 0; i < seconds; i++) {
      watch.saw(i, (int) value.applyAsLong(i));
    }
    return watch;
  }

  @Test
  void whatOnlyGrowsIsALeak() {
    Leak leak = watched(60, t -> 5 + (long) t).leak().orElseThrow();
    assertThat(leak).isEqualTo(new Leak("threads", 5, 64, 60.0));
  }

  @Test
  void anHoursGrowthIsKeptInFewPointsOverAllOfIt() {
    Leak leak = watched(3600, t -> (long) (10 + t / 10)).leak().orElseThrow();
    assertThat(leak.from()).isBetween(8L, 12L);
    assertThat(leak.to()).isBetween(360L, 370L);
    assertThat(leak.perMinute()).isCloseTo(6, within(0.1));
  }

  @Test
  void noiseOnTopDoesNotHideIt() {
    Random random = new Random(7);
    assertThat(watched(300, t -> (long) (20 + t + random.nextInt(10))).leak()).isPresent();
  }

  @Test
  void aStartASawToothAndASteadyNumberAreNone() {
    assertThat(watched(300, t -> t < 5 ? (long) t * 10 : 50).leak()).isEmpty();
    assertThat(watched(300, t -> 20 + (long) t % 50).leak()).isEmpty();
    assertThat(watched(300, t -> 40).leak()).isEmpty();
    assertThat(watched(300, t -> 400 - (long) t).leak()).isEmpty();
  }

  @Test
  void fivePointsOverTwentySecondsAreEnough() {
    LeakWatch watch = new LeakWatch("descriptors");
    for (int i = 0; i < 4; i++) {
      watch.saw(i * 5, 10 + i * 25);
      assertThat(watch.leak()).isEmpty();
    }
    watch.saw(20, 110);
    assertThat(watch.leak()).contains(new Leak("descriptors", 10, 110, 300.0));
  }

  @Test
  void tooLittleOrTooShortIsNone() {
    assertThat(watched(9, t -> (long) t * 100).leak()).isEmpty();
    assertThat(watched(300, t -> (long) t / 60).leak()).isEmpty(); // by five only
    assertThat(watched(300, t -> 1000 + (long) t / 10).leak()).isEmpty(); // by three per cent
    LeakWatch quick = new LeakWatch("threads");
    for (int i = 0; i < 100; i++) {
      quick.saw(i / 100.0, i);
    }
    assertThat(quick.leak()).isEmpty();
    assertThat(watched(300, t -> -1).leak()).isEmpty();
  }
}
