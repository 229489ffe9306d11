package dev.hostler.trust.limits;

import dev.hostler.common.config.Quantities;
import dev.hostler.trust.json.Problems;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * One thing that an attempt may use only so much of. Lower is stricter, always. The order is that
 * in which people see them.
 */
public enum Limit {
  /** Memory of all processes together, with the page cache and the private /tmp. */
  MEMORY("memory_bytes", Unit.BYTES, 4L << 20, 1L << 40),
  /** Swap on top of the memory. */
  SWAP("swap_bytes", Unit.BYTES, 0, 1L << 40),
  /** CPU time per wall time: the quota. */
  CPU("cpu_millis", Unit.CPUS, 10, 1_024_000),
  /** Share of the CPU where others want it, too; 100 is the usual one. */
  CPU_WEIGHT("cpu_weight", Unit.NUMBER, 1, 10_000),
  /** CPU time of all processes together, from start to end. */
  CPU_TIME("cpu_time_ms", Unit.MILLIS, 100, 30L * 86_400_000),
  /** Processes and threads at once. */
  PIDS("pids", Unit.NUMBER, 1, 100_000),
  /** Open descriptors of each process. */
  OPEN_FILES("open_files", Unit.NUMBER, 16, 1L << 20),
  /** Bytes read from each disk per second. */
  IO_READ("io_read_bps", Unit.BYTES_PER_SECOND, 4096, 1L << 40),
  /** Bytes written to each disk per second. */
  IO_WRITE("io_write_bps", Unit.BYTES_PER_SECOND, 4096, 1L << 40),
  /** Wall time from start. */
  TIMEOUT("timeout_ms", Unit.MILLIS, 100, 30L * 86_400_000),
  /** Time between TERM and KILL. */
  GRACE("grace_ms", Unit.MILLIS, 0, 3_600_000),
  /** Bytes that are kept of each output stream. */
  OUTPUT("output_bytes", Unit.BYTES, 0, 1L << 40),
  /** Bytes in the private /tmp, /var/tmp, /dev/shm and /run together: the scratch. */
  TMP("tmp_bytes", Unit.BYTES, 64 << 10, 1L << 40);

  /** How a number is written. */
  enum Unit {
    BYTES("bytes", "a size, for example 64MiB"),
    BYTES_PER_SECOND("bytes a second", "a size, for example 20MiB: that much each second"),
    MILLIS("ms", "a duration, for example 30s or 5m"),
    CPUS("thousandths of a CPU", "a number of CPUs with at most three decimals, for example 0.5"),
    NUMBER("", "a whole number");

    private final String name;
    private final String form;

    Unit(String name, String form) {
      this.name = name;
      this.form = form;
    }
  }

  private static final int MILLI_DIGITS = 3;

  private final String field;
  private final Unit unit;
  private final long least;
  private final long most;

  Limit(String field, Unit unit, long least, long most) {
    this.field = field;
    this.unit = unit;
    this.least = least;
    this.most = most;
  }

  /** As people write it: in bundle.toml, agent.toml and on the command line. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its member in signed documents and messages; names the unit. */
  public String field() {
    return field;
  }

  /** The lowest that can be set. */
  public long least() {
    return least;
  }

  /** The highest that can be set. */
  public long most() {
    return most;
  }

  /** Finds a limit by what people write. */
  public static Optional<Limit> ofKey(String key) {
    return Arrays.stream(values()).filter(limit -> limit.key().equals(key)).findFirst();
  }

  /** All keys, for messages. */
  public static String keys() {
    return Arrays.stream(values()).map(Limit::key).collect(Collectors.joining(", "));
  }

  /**
   * Reads what a person wrote, for example "64MiB", "1.5" or "30s"; empty if it is none. Whether it
   * is in range is for {@link #check}.
   */
  public OptionalLong parse(String text) {
    return switch (unit) {
      case BYTES, BYTES_PER_SECOND -> number(Quantities.bytes(text));
      case MILLIS -> number(Quantities.duration(text).map(Duration::toMillis));
      case CPUS -> cpus(text);
      case NUMBER ->
          text.matches("[0-9]{1,15}")
              ? OptionalLong.of(Long.parseLong(text))
              : OptionalLong.empty();
    };
  }

  private static OptionalLong number(Optional<Long> value) {
    return value.map(OptionalLong::of).orElse(OptionalLong.empty());
  }

  private static OptionalLong cpus(String text) {
    if (!text.matches("[0-9]{1,7}(\\.[0-9]{1,3})?")) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(new BigDecimal(text).movePointRight(MILLI_DIGITS).longValueExact());
  }

  /** What {@link #parse} reads, for messages. */
  public String form() {
    return unit.form;
  }

  /** The shortest form that {@link #parse} reads. */
  public String format(long value) {
    return switch (unit) {
      case BYTES, BYTES_PER_SECOND -> Quantities.format(value);
      case MILLIS -> Quantities.format(Duration.ofMillis(value));
      case CPUS -> BigDecimal.valueOf(value, MILLI_DIGITS).stripTrailingZeros().toPlainString();
      case NUMBER -> Long.toString(value);
    };
  }

  /** Reports a value that is out of range, under this field. */
  public void check(long value, String path, Problems problems) {
    if (value < least || value > most) {
      String name = unit.name.isEmpty() ? "" : " " + unit.name;
      problems.add(path, value + name + " is out of range", "use " + least + " to " + most + name);
    }
  }
}
