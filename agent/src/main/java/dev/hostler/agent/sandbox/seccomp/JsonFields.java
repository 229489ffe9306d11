package dev.hostler.agent.sandbox.seccomp;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Typed access to the fields of a profile; absent and null are the same, a wrong type is not. */
final class JsonFields {
  private JsonFields() {}

  static void only(JsonNode node, String where, Set<String> known) throws SeccompProfileException {
    if (!node.isObject()) {
      throw new SeccompProfileException(where + ": must be a JSON object");
    }
    for (String field : node.propertyNames()) {
      if (!known.contains(field)) {
        throw new SeccompProfileException(
            where + ": field \"" + field + "\" cannot be enforced; remove it");
      }
    }
  }

  static List<JsonNode> array(JsonNode node, String field) throws SeccompProfileException {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    if (!value.isArray()) {
      throw new SeccompProfileException("field \"" + field + "\": must be an array");
    }
    List<JsonNode> elements = new ArrayList<>();
    value.forEach(elements::add);
    return elements;
  }

  static List<String> texts(JsonNode node, String field) throws SeccompProfileException {
    List<String> texts = new ArrayList<>();
    for (JsonNode element : array(node, field)) {
      if (!element.isString()) {
        throw new SeccompProfileException("field \"" + field + "\": must be an array of strings");
      }
      texts.add(element.asString());
    }
    return texts;
  }

  static int number(JsonNode node, String field, int otherwise) throws SeccompProfileException {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw new SeccompProfileException("field \"" + field + "\" " + value + ": must be a number");
    }
    return value.intValue();
  }
}
