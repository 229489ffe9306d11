package dev.hostler.trust.bundle;

import dev.hostler.trust.json.JsonFields;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.limits.Limit;
import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Sizes, durations and shares of CPU as people write them. */
final class Quantities {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,15}) ?([A-Za-z]*)");
  private static final Map<String, Long> BYTES =
      Map.of(
          "B",
          1L,
          "KiB",
          1L << 10,
          "MiB",
          1L << 20,
          "GiB",
          1L << 30,
          "TiB",
          1L << 40,
          "kB",
          1000L,
          "MB",
          1000_000L,
          "GB",
          1000_000_000L);
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private final Problems problems;

  Quantities(Problems problems) {
    this.problems = problems;
  }

  /** A limit, in its own unit. */
  long limit(JsonFields fields, Limit limit) {
    return switch (limit) {
      case MEMORY, SWAP, OUTPUT, TMP, IO_READ, IO_WRITE -> bytes(fields, limit.key(), 0);
      case TIMEOUT, GRACE, CPU_TIME -> millis(fields, limit.key(), 0);
      case CPU -> cpuMillis(fields, limit.key(), 0);
      case PIDS, OPEN_FILES, CPU_WEIGHT -> fields.integer(limit.key());
    };
  }

  /** A number of bytes, or a text such as 64MiB. */
  long bytes(JsonFields fields, String key, long absent) {
    JsonNode node = fields.get(key);
    if (node != null && node.isIntegralNumber()) {
      return fields.integer(key);
    }
    return text(fields.path(key), node, BYTES, "a size, for example \"64MiB\"", absent);
  }

  /** A text such as 30s, in milliseconds. */
  long millis(JsonFields fields, String key, long absent) {
    return text(
        fields.path(key),
        fields.get(key),
        MILLIS,
        "a duration, for example \"30s\" or \"5m\"",
        absent);
  }

  /** A number of CPUs, in thousandths. */
  long cpuMillis(JsonFields fields, String key, long absent) {
    JsonNode node = fields.get(key);
    if (node == null) {
      return absent;
    }
    if (node.isNumber()) {
      BigDecimal millis = node.decimalValue().movePointRight(3);
      if (millis.signum() > 0
          && millis.compareTo(BigDecimal.valueOf(JsonFields.MAX_INTEGER)) < 0
          && millis.stripTrailingZeros().scale() <= 0) {
        return millis.longValueExact();
      }
    }
    problems.add(
        fields.path(key),
        "is " + JsonFields.kind(node),
        "give a number of CPUs with at most three decimals, for example 0.5");
    return absent;
  }

  private long text(
      String field, @Nullable JsonNode node, Map<String, Long> units, String wanted, long absent) {
    if (node == null) {
      return absent;
    }
    Matcher parts = FORM.matcher(node.isString() ? node.asString() : "");
    Long unit = parts.matches() ? units.get(parts.group(2)) : null;
    if (unit != null) {
      BigDecimal value = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit));
      if (value.compareTo(BigDecimal.valueOf(JsonFields.MAX_INTEGER)) <= 0) {
        return value.longValueExact();
      }
    }
    problems.add(field, "is " + JsonFields.kind(node), "give " + wanted);
    return absent;
  }
}
