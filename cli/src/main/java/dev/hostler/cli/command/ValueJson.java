package dev.hostler.cli.command;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The protocol's JSON values as plain maps, lists, strings and numbers. */
public final class ValueJson {
  private ValueJson() {}

  /** An object. */
  public static Map<String, Object> of(Struct struct) {
    Map<String, Object> map = new LinkedHashMap<>();
    new TreeMap<>(struct.getFieldsMap()).forEach((key, value) -> map.put(key, of(value)));
    return map;
  }

  /** A value. */
  public static @Nullable Object of(Value value) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> value.getBoolValue();
      case NUMBER_VALUE -> number(value.getNumberValue());
      case STRUCT_VALUE -> of(value.getStructValue());
      case LIST_VALUE -> value.getListValue().getValuesList().stream().map(ValueJson::of).toList();
      default -> null;
    };
  }

  private static Number number(double number) {
    if (number == Math.rint(number) && Math.abs(number) <= 1L << 53) {
      return (long) number;
    }
    return number;
  }
}
