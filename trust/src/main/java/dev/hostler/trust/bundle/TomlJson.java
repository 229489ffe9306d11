package dev.hostler.trust.bundle;

import dev.hostler.trust.json.Json;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** TOML values as JSON values; dates and times become texts. */
final class TomlJson {
  private TomlJson() {}

  static ObjectNode table(TomlTable table) {
    ObjectNode object = Json.MAPPER.createObjectNode();
    table.entrySet().forEach(entry -> object.set(entry.getKey(), value(entry.getValue())));
    return object;
  }

  private static JsonNode value(Object value) {
    return switch (value) {
      case TomlTable table -> table(table);
      case TomlArray array -> {
        ArrayNode list = Json.MAPPER.createArrayNode();
        array.toList().forEach(element -> list.add(value(element)));
        yield list;
      }
      case String text -> Json.MAPPER.getNodeFactory().stringNode(text);
      case Boolean truth -> Json.MAPPER.getNodeFactory().booleanNode(truth);
      case Long number -> Json.MAPPER.getNodeFactory().numberNode(number);
      case Double number when Double.isFinite(number) ->
          Json.MAPPER.getNodeFactory().numberNode(BigDecimal.valueOf(number));
      // Java leaves out seconds that are zero, which a time in a manifest must not.
      case OffsetDateTime time ->
          Json.MAPPER.getNodeFactory().stringNode(time.toInstant().toString());
      default -> Json.MAPPER.getNodeFactory().stringNode(value.toString());
    };
  }
}
