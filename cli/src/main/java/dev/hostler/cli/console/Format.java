package dev.hostler.cli.console;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How values look in tables and in JSON. */
public final class Format {
  private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

  private Format() {}

  /** Time of day here, to the second. */
  public static String local(Timestamp time) {
    return LOCAL.format(instant(time).atZone(ZoneId.systemDefault()));
  }

  /** How long ago, in one unit: "12s", "5m", "3h", "2d". */
  public static String age(Timestamp time, Instant now) {
    return roughly(Duration.between(instant(time), now));
  }

  /** A length of time in one unit, rounded down; negative shows as zero. */
  public static String roughly(Duration length) {
    long seconds = Math.max(0, length.toSeconds());
    if (seconds < 100) {
      return seconds + "s";
    }
    if (seconds < 100 * 60) {
      return seconds / 60 + "m";
    }
    return seconds < 48 * 3600 ? seconds / 3600 + "h" : seconds / 86400 + "d";
  }

  /** A length of time to some milliseconds: "0.31 s", "12.4 s", "3 min 5 s". */
  public static String took(Duration length) {
    double seconds = Math.max(0, length.toMillis()) / 1000.0;
    if (seconds < 10) {
      return String.format(Locale.ROOT, "%.2f s", seconds);
    }
    if (seconds < 100) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    return (long) seconds / 60 + " min " + (long) seconds % 60 + " s";
  }

  /** RFC 3339 in UTC; null if absent. */
  public static @Nullable String utc(boolean present, Timestamp time) {
    return present ? instant(time).toString() : null;
  }

  /** The same moment. */
  public static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  /** "1.5 MiB". */
  public static String bytes(long count) {
    if (count < 1024) {
      return count + " B";
    }
    double value = count;
    String[] units = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    int unit = -1;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }

  /** Lower-case hexadecimal; null if empty. */
  public static @Nullable String hex(ByteString bytes) {
    return bytes.isEmpty() ? null : HexFormat.of().formatHex(bytes.toByteArray());
  }

  /** "k=v k2=v2", by key. */
  public static String labels(Map<String, String> labels) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(labels)
        .forEach((k, v) -> text.append(text.isEmpty() ? "" : " ").append(k).append('=').append(v));
    return text.toString();
  }

  /** Seconds with a fraction, for JSON; null if absent. */
  public static @Nullable Double seconds(boolean present, com.google.protobuf.Duration length) {
    return present ? length.getSeconds() + length.getNanos() / 1e9 : null;
  }

  /** The documented name of an enum value: without its prefix, in lower case. */
  public static String name(Enum<?> value, String prefix) {
    String name = value.name();
    return (name.startsWith(prefix) ? name.substring(prefix.length()) : name)
        .toLowerCase(Locale.ROOT);
  }
}
