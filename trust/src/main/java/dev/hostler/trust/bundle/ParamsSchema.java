package dev.hostler.trust.bundle;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.Problems;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON Schema (2020-12) of an action's parameters: what it may look like, and its use. */
final class ParamsSchema {
  private static final int MAX_BYTES = 256 * 1024;
  private static final Pattern PARAMETER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");

  private ParamsSchema() {}

  /** Checks what is asked beyond JSON Schema itself. Cheap: compiles nothing. */
  static void checkForm(String schemaJson, String path, Problems problems) {
    JsonNode schema = Json.MAPPER.readTree(schemaJson);
    if (schemaJson.length() > MAX_BYTES) {
      problems.add(path, "has " + schemaJson.length() + " bytes", "use at most " + MAX_BYTES);
      return;
    }
    if (!schema.path("type").isString() || !schema.path("type").asString().equals("object")) {
      problems.add(path + ".type", "is not 'object'", "write type = \"object\"");
    }
    if (schema.get("additionalProperties") == null) {
      problems.add(
          path + ".additionalProperties",
          "is missing",
          "write additionalProperties = false, so that a mistyped parameter is noticed");
    }
    Map<String, String> variables = new HashMap<>();
    for (String name : schema.path("properties").propertyNames()) {
      String field = path + ".properties." + name;
      if (!PARAMETER.matcher(name).matches()) {
        problems.add(
            field,
            Problems.show(name) + " is not a parameter name",
            "use 1 to 64 letters, digits and '_', not beginning with a digit");
      }
      String other = variables.putIfAbsent(name.toUpperCase(Locale.ROOT), name);
      if (other != null) {
        problems.add(field, "differs from '" + other + "' by case only", "rename one of the two");
      }
    }
    references(schema, path, problems);
    for (Map.Entry<String, JsonNode> member : schema.properties()) {
      if (!member.getKey().equals("properties")) {
        nothingSecret(member.getValue(), path + "." + member.getKey(), problems);
      } else {
        for (Map.Entry<String, JsonNode> one : member.getValue().properties()) {
          secret(one.getValue(), path + ".properties." + one.getKey(), problems);
        }
      }
    }
  }

  /** A parameter of the top level: secret as a whole, or not at all. */
  private static void secret(JsonNode parameter, String path, Problems problems) {
    for (Map.Entry<String, JsonNode> member : parameter.properties()) {
      nothingSecret(member.getValue(), path + "." + member.getKey(), problems);
    }
    if (parameter.path("writeOnly").asBoolean(false) && parameter.has("default")) {
      problems.add(
          path + ".default", "would be a secret that everybody can read", "leave the default out");
    }
  }

  /** What is secret further down would be overlooked, and stored in clear. */
  private static void nothingSecret(JsonNode node, String path, Problems problems) {
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      if (member.getKey().equals("writeOnly") && member.getValue().isBoolean()) {
        problems.add(
            path + ".writeOnly",
            "is inside of a parameter, or in a part that is referred to",
            "write it in the parameter itself: properties.NAME.writeOnly");
      }
      nothingSecret(member.getValue(), path + "." + member.getKey(), problems);
    }
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      nothingSecret(node.get(i), path + "[" + i + "]", problems);
    }
  }

  /** A schema is complete in itself: nothing is looked up, on no machine. */
  private static void references(JsonNode node, String path, Problems problems) {
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        String key = member.getKey();
        JsonNode value = member.getValue();
        if ((key.equals("$ref") || key.equals("$dynamicRef"))
            && !(value.isString() && value.asString().startsWith("#"))) {
          problems.add(
              path + "." + key,
              Problems.show(value) + " points elsewhere",
              "refer to a part of this schema, for example \"#/$defs/port\"");
        }
        if (key.equals("$id") || key.equals("$schema") || key.equals("$vocabulary")) {
          problems.add(
              path + "." + key,
              "is not allowed",
              "leave it out: the schema is JSON Schema 2020-12 and has no address");
        }
        references(value, path + "." + key, problems);
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        references(node.get(i), path + "[" + i + "]", problems);
      }
    }
  }

  /** Checks the schema itself against JSON Schema 2020-12, and the defaults against the schema. */
  static void checkMeaning(String schemaJson, String path, Problems problems) {
    JsonNode schema = Json.MAPPER.readTree(schemaJson);
    try {
      SchemaRegistry registry =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
      Schema meta =
          registry.getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
      for (Error error : meta.validate(schema)) {
        problems.add(
            path + pointer(error), error.getMessage(), "see json-schema.org, version 2020-12");
      }
      resolvable(schema, schema, path, problems);
      if (!problems.isEmpty()) {
        return;
      }
      ObjectNode defaults = Json.MAPPER.createObjectNode();
      applyDefaults(schema, defaults);
      for (Error error : validate(schemaJson, defaults)) {
        if (!error.getKeyword().equals("required")) {
          problems.add(
              path + ".properties" + pointer(error) + ".default",
              error.getMessage(),
              "give a default that the schema itself accepts");
        }
      }
    } catch (SchemaException | IllegalArgumentException e) {
      problems.add(path, "is not a JSON Schema: " + e.getMessage(), "see json-schema.org");
    }
  }

  /** The library looks at references and patterns when they are used: too late for us. */
  private static void resolvable(JsonNode root, JsonNode node, String path, Problems problems) {
    JsonNode ref = node.path("$ref");
    if (ref.isString()) {
      String target = ref.asString().substring(1);
      if (!target.isEmpty() && (!target.startsWith("/") || root.at(target).isMissingNode())) {
        problems.add(
            path + ".$ref",
            Problems.show(ref.asString()) + " points at nothing",
            "refer to a part of this schema by its path, for example \"#/$defs/port\"");
      }
    }
    JsonNode only = node.path("pattern");
    if (only.isString()) {
      compile(only.asString(), path + ".pattern", problems);
    }
    for (String pattern : node.path("patternProperties").propertyNames()) {
      compile(pattern, path + ".patternProperties", problems);
    }
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      resolvable(root, member.getValue(), path + "." + member.getKey(), problems);
    }
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      resolvable(root, node.get(i), path + "[" + i + "]", problems);
    }
  }

  private static void compile(String pattern, String path, Problems problems) {
    try {
      new BoundedRegex(pattern);
    } catch (IllegalArgumentException e) {
      problems.add(path, String.valueOf(e.getMessage()), "write a regular expression");
    }
  }

  /** Sets what is absent and has a default, at the top level only. */
  static void applyDefaults(JsonNode schema, ObjectNode params) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      JsonNode value = property.getValue().get("default");
      if (value != null && !params.has(property.getKey())) {
        params.set(property.getKey(), value);
      }
    }
  }

  static List<Error> validate(String schemaJson, JsonNode params) {
    SchemaRegistryConfig config =
        SchemaRegistryConfig.builder()
            .locale(Locale.ROOT)
            .formatAssertionsEnabled(true)
            .regularExpressionFactory(BoundedRegex::new)
            .build();
    SchemaRegistry registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder
                    .schemaRegistryConfig(config)
                    // Nothing is fetched, not from the class path either.
                    .schemaLoader(loader -> loader.block(_ -> true)));
    return registry
        .getSchema(Json.MAPPER.readTree(schemaJson))
        .validate(
            params,
            context ->
                context.executionConfig(
                    limits -> limits.maxEvaluationSteps(1_000_000).maxEvaluationDepth(200)));
  }

  static String pointer(Error error) {
    @Nullable Object location = error.getInstanceLocation();
    return location == null ? "" : location.toString().replace('/', '.');
  }
}
