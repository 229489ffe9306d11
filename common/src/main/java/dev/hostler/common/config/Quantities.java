package dev.hostler.common.config;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The written forms of durations ("1h30m") and sizes ("64MiB"). */
public final class Quantities {
  private static final Pattern DURATION_PART = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");
  private static final Pattern DURATION = Pattern.compile("(?:[0-9]{1,12}(?:ms|s|m|h|d))+");
  private static final Map<String, Duration> DURATION_UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,18}) ?(B|KiB|MiB|GiB|TiB)?");
  private static final Map<String, Integer> SIZE_SHIFTS =
      Map.of("B", 0, "KiB", 10, "MiB", 20, "GiB", 30, "TiB", 40);

  private Quantities() {}

  /** Reads a duration of parts in ms, s, m, h and d (24 h); empty when it is none. */
  public static Optional<Duration> duration(String text) {
    if (!DURATION.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      Duration sum = Duration.ZERO;
      Matcher part = DURATION_PART.matcher(text);
      while (part.find()) {
        Duration unit = DURATION_UNITS.getOrDefault(part.group(2), Duration.ZERO);
        sum = sum.plus(unit.multipliedBy(Long.parseLong(part.group(1))));
      }
      // Callers may want it in nanoseconds: 292 years at most.
      return Optional.of(Duration.ofNanos(sum.toNanos()));
    } catch (ArithmeticException _) {
      return Optional.empty();
    }
  }

  /** Reads a size in bytes with an optional unit B, KiB, MiB, GiB or TiB; empty when it is none. */
  public static Optional<Long> bytes(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int shift = matcher.group(2) == null ? 0 : SIZE_SHIFTS.getOrDefault(matcher.group(2), 0);
    BigInteger bytes = new BigInteger(matcher.group(1)).shiftLeft(shift);
    return bytes.bitLength() > 63 ? Optional.empty() : Optional.of(bytes.longValueExact());
  }

  /** The shortest form that {@link #duration} reads; whole milliseconds. */
  public static String format(Duration duration) {
    StringBuilder text = new StringBuilder();
    append(text, duration.toDaysPart(), "d");
    append(text, duration.toHoursPart(), "h");
    append(text, duration.toMinutesPart(), "m");
    append(text, duration.toSecondsPart(), "s");
    append(text, duration.toMillisPart(), "ms");
    return text.isEmpty() ? "0s" : text.toString();
  }

  /** The shortest form that {@link #bytes} reads. */
  public static String format(long bytes) {
    for (String unit : new String[] {"TiB", "GiB", "MiB", "KiB"}) {
      int shift = SIZE_SHIFTS.getOrDefault(unit, 0);
      if (bytes != 0 && bytes == bytes >> shift << shift) {
        return (bytes >> shift) + unit;
      }
    }
    return Long.toString(bytes);
  }

  private static void append(StringBuilder text, long value, String unit) {
    if (value != 0) {
      text.append(value).append(unit);
    }
  }
}
