package dev.hostler.common.config;

import dev.hostler.common.config.ConfigReader.Found;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlTable;

/**
 * One section of a configuration. Each method reads one key; a value that is wrong is noted, and
 * the default is given. Not thread-safe.
 */
public final class ConfigSection {
  private final ConfigReader reader;
  private final String name;
  private final @Nullable TomlTable table;
  private final Set<String> keys = new TreeSet<>();
  private boolean free;

  ConfigSection(ConfigReader reader, String name, @Nullable TomlTable table) {
    this.reader = reader;
    this.name = name;
    this.table = table;
  }

  /** Text that may be missing. */
  public Optional<String> string(String key) {
    return Optional.ofNullable(find(key)).flatMap(found -> text(key, found));
  }

  /** Text. */
  public String string(String key, String fallback) {
    return string(key).orElse(fallback);
  }

  /** Text that must be there and not be empty; {@code example} shows how it may look. */
  public String requiredString(String key, String example) {
    Optional<String> value = string(key);
    if (value.isEmpty() && !has(key)) {
      reader.missing(full(key), variable(key), "add " + key + " = \"" + example + "\"");
    }
    return value.orElse(example);
  }

  /** Text of which a message never shows the value. */
  public Optional<String> secret(String key) {
    Found found = find(key);
    if (found == null) {
      return Optional.empty();
    }
    if (found.value() instanceof String text) {
      return Optional.of(text);
    }
    reader.problem(found, full(key), "must be text in quotes");
    return Optional.empty();
  }

  /** A whole number from {@code least} to {@code most}. */
  public int integer(String key, int fallback, int least, int most) {
    return read(
        key,
        fallback,
        "use a whole number from " + least + " to " + most,
        value ->
            Values.wholeNumber(value).filter(n -> n >= least && n <= most).map(Long::intValue));
  }

  /** true or false. */
  public boolean bool(String key, boolean fallback) {
    return read(key, fallback, "use true or false", Values::truth);
  }

  /** A duration like "90s" or "1h30m" within bounds. */
  public Duration duration(String key, Duration fallback, Duration least, Duration most) {
    return read(
        key,
        fallback,
        "use a duration from "
            + Quantities.format(least)
            + " to "
            + Quantities.format(most)
            + ", like \"90s\" or \"1h30m\"",
        value ->
            value instanceof String text
                ? Quantities.duration(text)
                    .filter(d -> d.compareTo(least) >= 0 && d.compareTo(most) <= 0)
                : Optional.empty());
  }

  /** A size in bytes like "64MiB" (or a number) within bounds. */
  public long bytes(String key, long fallback, long least, long most) {
    return read(
        key,
        fallback,
        "use a size from "
            + Quantities.format(least)
            + " to "
            + Quantities.format(most)
            + ", like \"64MiB\"",
        value ->
            (value instanceof String text ? Quantities.bytes(text) : Values.wholeNumber(value))
                .filter(n -> n >= least && n <= most));
  }

  /** An address like "0.0.0.0:7443". */
  public HostPort address(String key, HostPort fallback) {
    return read(key, fallback, "use HOST:PORT, like \"" + fallback + "\"", Values::hostPort);
  }

  /** An address that may be missing. */
  public Optional<HostPort> address(String key) {
    return Optional.ofNullable(find(key))
        .flatMap(found -> check(key, found, "use HOST:PORT, like \"host:7443\"", Values::hostPort));
  }

  /** One of the names of an enum, in lower case. */
  public <E extends Enum<E>> E choice(String key, E fallback) {
    E[] all = fallback.getDeclaringClass().getEnumConstants();
    String names = Arrays.stream(all).map(Values::lower).collect(Collectors.joining(", "));
    return read(
        key,
        fallback,
        "use one of " + names,
        value -> Arrays.stream(all).filter(e -> Values.lower(e).equals(value)).findFirst());
  }

  /** A path, absolute; a relative one is taken from the folder of the file. */
  public Path path(String key, Path fallback) {
    return path(key).orElse(fallback);
  }

  /** A path that may be missing. */
  public Optional<Path> path(String key) {
    return Optional.ofNullable(find(key))
        .flatMap(found -> check(key, found, "use a path", this::toPath));
  }

  /** A readable file that may not be configured. */
  public Optional<Path> file(String key) {
    return Optional.ofNullable(find(key))
        .flatMap(found ->
            check(
                key,
                found,
                "no readable file there; create it or correct the path",
                value -> toPath(value).filter(p -> Files.isRegularFile(p) && Files.isReadable(p))));
  }

  /**
   * A value of a form of its own, which may be missing.
   *
   * @param fix what to write, for messages
   * @param form from its text, numbers as they are written; empty if it is none
   */
  public <T> Optional<T> formed(String key, String fix, Function<String, Optional<T>> form) {
    return Optional.ofNullable(find(key))
        .flatMap(found -> check(key, found, fix, value -> form.apply(String.valueOf(value))));
  }

  /** A list of texts; in the environment separated by commas. */
  public List<String> strings(String key, List<String> fallback) {
    return read(key, fallback, "use a list of texts, like [\"a\", \"b\"]", Values::texts);
  }

  /** The whole section as texts by key, for sections whose keys the user chooses, like labels. */
  public Map<String, String> all() {
    free = true;
    Map<String, String> values = new LinkedHashMap<>();
    if (table != null) {
      for (String key : table.keySet()) {
        Found found = find(key);
        if (found != null) {
          text(key, found).ifPresent(value -> values.put(key, value));
        }
      }
    }
    return values;
  }

  /** Notes a problem that the caller found in the value of {@code key}; say the fix as well. */
  public void problem(String key, String text) {
    Found found = find(key);
    if (found == null) {
      reader.missing(full(key), variable(key), text);
    } else {
      reader.problem(found, full(key), text);
    }
  }

  /** Is there a value for {@code key}? */
  public boolean has(String key) {
    return find(key) != null;
  }

  String name() {
    return name;
  }

  Set<String> keys() {
    return keys;
  }

  boolean knows(String key) {
    return free || keys.contains(key);
  }

  boolean isFree() {
    return free;
  }

  private @Nullable Found find(String key) {
    keys.add(key);
    return reader.find(name, table, key);
  }

  private <T> T read(String key, T fallback, String fix, Function<Object, Optional<T>> convert) {
    Found found = find(key);
    return found == null ? fallback : check(key, found, fix, convert).orElse(fallback);
  }

  private <T> Optional<T> check(
      String key, Found found, String fix, Function<Object, Optional<T>> convert) {
    Optional<T> value = convert.apply(found.value());
    if (value.isEmpty()) {
      reader.problem(found, full(key), Values.show(found.value()) + " is not acceptable; " + fix);
    }
    return value;
  }

  private Optional<String> text(String key, Found found) {
    return check(
        key,
        found,
        "use text in quotes that is not empty",
        value -> value instanceof String s && !s.isEmpty() ? Optional.of(s) : Optional.empty());
  }

  private Optional<Path> toPath(Object value) {
    try {
      return value instanceof String s && !s.isEmpty()
          ? Optional.of(reader.base().resolve(s).normalize())
          : Optional.empty();
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }

  private String full(String key) {
    return name.isEmpty() ? key : name + "." + key;
  }

  private String variable(String key) {
    return ConfigReader.variable(name, key);
  }
}
