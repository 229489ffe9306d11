package dev.hostler.cli.bundle;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.hostler.cli.command.JsonText;
import dev.hostler.cli.command.ValueJson;
import dev.hostler.cli.console.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Says in words what parameters a JSON Schema describes. */
final class ParameterText {
  private ParameterText() {}

  /** A line for each parameter, by name; the schema itself if it cannot be read. */
  static List<String> lines(String schemaText) {
    Struct schema;
    try {
      schema = JsonText.parse(schemaText.isBlank() ? "{}" : schemaText).getStructValue();
    } catch (IllegalArgumentException e) {
      return List.of(schemaText);
    }
    List<String> required =
        get(schema, "required").getListValue().getValuesList().stream()
            .map(Value::getStringValue)
            .toList();
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, Value> property :
        new TreeMap<>(get(schema, "properties").getStructValue().getFieldsMap()).entrySet()) {
      Struct about = property.getValue().getStructValue();
      List<String> facts = new ArrayList<>();
      facts.add(type(about));
      if (about.containsFields("default")) {
        facts.add("default " + json(get(about, "default")));
      } else if (required.contains(property.getKey())) {
        facts.add("required");
      }
      if (get(about, "writeOnly").getBoolValue()) {
        facts.add("secret: give it with --secret");
      }
      String description = get(about, "description").getStringValue();
      lines.add(
          property.getKey()
              + "  ("
              + String.join(", ", facts)
              + ")"
              + (description.isEmpty() ? "" : "  " + description));
    }
    return lines;
  }

  private static String type(Struct about) {
    List<Value> choices = get(about, "enum").getListValue().getValuesList();
    if (!choices.isEmpty()) {
      return choices.stream().map(ParameterText::json).collect(Collectors.joining(" | "));
    }
    Value type = get(about, "type");
    if (type.hasListValue()) {
      return type.getListValue().getValuesList().stream()
          .map(Value::getStringValue)
          .collect(Collectors.joining(" or "));
    }
    return type.getStringValue().isEmpty() ? "any" : type.getStringValue();
  }

  private static String json(Value value) {
    return Json.line(ValueJson.of(value));
  }

  private static Value get(Struct struct, String key) {
    return struct.getFieldsOrDefault(key, Value.getDefaultInstance());
  }
}
