package dev.hostler.common.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/**
 * What values of the file (of TOML's types) and of the environment (texts) mean; empty: not what
 * was asked for.
 */
final class Values {
  private Values() {}

  static Optional<Boolean> truth(Object value) {
    if (value instanceof Boolean b) {
      return Optional.of(b);
    }
    return switch (value) {
      case String text when text.equals("true") -> Optional.of(true);
      case String text when text.equals("false") -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  static Optional<HostPort> hostPort(Object value) {
    return value instanceof String text ? HostPort.parse(text) : Optional.empty();
  }

  static Optional<Long> wholeNumber(Object value) {
    if (value instanceof Long n) {
      return Optional.of(n);
    }
    return value instanceof String text && text.matches("-?[0-9]{1,18}")
        ? Optional.of(Long.valueOf(text))
        : Optional.empty();
  }

  static Optional<List<String>> texts(Object value) {
    List<String> texts = new ArrayList<>();
    if (value instanceof String text) { // from the environment
      texts.addAll(List.of(text.split(",", -1)));
    } else if (value instanceof TomlArray array) {
      for (Object element : array.toList()) {
        if (!(element instanceof String text)) {
          return Optional.empty();
        }
        texts.add(text);
      }
    } else {
      return Optional.empty();
    }
    return Optional.of(List.copyOf(texts));
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static String show(Object value) {
    if (value instanceof String) {
      return "\"" + value + "\"";
    }
    return value instanceof TomlTable || value instanceof TomlArray
        ? "this " + (value instanceof TomlTable ? "table" : "list")
        : value.toString();
  }
}
