package dev.hostler.common.trend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lines through series whose answers are known. */
class TrendTest {
  private static List<Trend.Point> points(double... values) {
    List<Trend.Point> points = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      points.add(new Trend.Point(i, values[i]));
    }
    return points;
  }

  private static Trend line(double... values) {
    return Trend.of(points(values)).orElseThrow();
  }

  @Test
  void aStraightLineIsFoundExactly() {
    Trend trend = line(10, 12, 14, 16);
    assertThat(trend).isEqualTo(new Trend(2, 10, 16, 1));
    assertThat(trend.until(26)).contains(Duration.ofSeconds(5));
    assertThat(trend.until(16)).contains(Duration.ZERO);
    assertThat(trend.until(3)).contains(Duration.ZERO);
  }

  /** Anscombe's first quartet (1973): y = 3.0 + 0.5 x, R² = 0.667. */
  @Test
  void aPublishedSeriesHasItsPublishedAnswer() {
    double[] x = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    double[] y = {4.26, 5.68, 7.24, 4.82, 6.95, 8.81, 8.04, 8.33, 10.84, 7.58, 9.96};
    List<Trend.Point> points = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      points.add(new Trend.Point(x[i], y[i]));
    }
    Trend trend = Trend.of(points).orElseThrow();
    assertThat(trend.slope()).isCloseTo(0.5, within(0.001));
    assertThat(trend.start()).isCloseTo(3.0 + 0.5 * 4, within(0.01));
    assertThat(trend.fit()).isCloseTo(0.667, within(0.001));
  }

  @Test
  void timesSince1970LoseNoDigits() {
    List<Trend.Point> points = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      points.add(new Trend.Point(1.8e9 + i * 10, 100 + i * 0.5));
    }
    Trend trend = Trend.of(points).orElseThrow();
    assertThat(trend.slope()).isCloseTo(0.05, within(1e-9));
    assertThat(trend.fit()).isCloseTo(1, within(1e-9));
    assertThat(trend.until(154.5).orElseThrow().toMillis()).isCloseTo(500_000, within(2L));
  }

  @Test
  void noiseIsAveragedOut() {
    Random random = new Random(42);
    List<Trend.Point> points = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      points.add(new Trend.Point(i, 1000 + 3 * i + 40 * random.nextGaussian()));
    }
    Trend trend = Trend.of(points).orElseThrow();
    assertThat(trend.slope()).isCloseTo(3, within(0.05));
    assertThat(trend.until(1000 + 3 * 999).orElseThrow().toSeconds()).isCloseTo(500, within(12L));
    assertThat(trend.fit()).isGreaterThan(0.98);
  }

  @Test
  void whatDoesNotRiseNeverGetsThere() {
    assertThat(line(5, 5, 5).until(6)).isEmpty();
    assertThat(line(5, 5, 5).fit()).isEqualTo(1);
    assertThat(line(9, 8, 7).until(10)).isEmpty();
    assertThat(line(0, 1e-12).until(1)).isEmpty();
    assertThat(line(1, 9, 1, 9, 1, 9, 1, 9).fit()).isLessThan(0.1);
  }

  @Test
  void tooLittleIsNoLine() {
    assertThat(Trend.of(List.of())).isEmpty();
    assertThat(Trend.of(points(1))).isEmpty();
    assertThat(Trend.of(List.of(new Trend.Point(7, 1), new Trend.Point(7, 2)))).isEmpty();
  }
}
