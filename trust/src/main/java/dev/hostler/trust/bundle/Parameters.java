package dev.hostler.trust.bundle;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaException;
import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.secret.SealedParameters;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Parameters that fit an action's schema, with the defaults of the schema's top level filled in.
 * Immutable.
 */
public final class Parameters {
  /** Name of the variable that holds all parameters as canonical JSON. */
  public static final String ALL = "HOSTLER_PARAMS";

  /** What the names of the variables of single parameters begin with. */
  public static final String ONE = "HOSTLER_PARAM_";

  /** One environment string has at most 128 KiB on Linux (MAX_ARG_STRLEN). */
  private static final int MAX_BYTES = 96 * 1024;

  /** What these say of all parameters together are names. */
  private static final Set<String> NAMING =
      Set.of("required", "additionalProperties", "unevaluatedProperties");

  private final ObjectNode values;
  private final String canonical;

  private Parameters(ObjectNode values) {
    this.values = values;
    this.canonical = Json.canonicalText(values);
  }

  /**
   * Checks parameters and fills in defaults.
   *
   * @param json a JSON object in UTF-8; empty means no parameters
   * @throws InvalidBundleException with every problem: missing, unknown, of the wrong type, out of
   *     range
   */
  public static Parameters of(Manifest.Action action, byte[] json) throws InvalidBundleException {
    Problems problems = new Problems();
    String what = "the parameters of '" + action.name() + "'";
    ObjectNode values = parse(json, problems);
    if (values != null) {
      JsonNode schema = Json.MAPPER.readTree(action.paramsSchema());
      ParamsSchema.applyDefaults(schema, values);
      check(action.paramsSchema(), values, problems);
    }
    if (values == null || !problems.isEmpty()) {
      throw new InvalidBundleException(what, problems.list());
    }
    Parameters parameters = new Parameters(values);
    if (parameters.canonical.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      problems.add(
          "params",
          "have more than " + MAX_BYTES + " bytes",
          "pass large data as a file of the bundle");
      throw new InvalidBundleException(what, problems.list());
    }
    return parameters;
  }

  /**
   * Checks parameters as they are submitted: secrets must be sealed, and are not looked into; the
   * rest is checked as in {@link #of}. No defaults are filled in.
   *
   * @param json a JSON object in UTF-8; empty means no parameters
   * @return the parameters in canonical form, fit to be stored
   * @throws InvalidBundleException with every problem; no value of a secret is in it
   */
  public static String submitted(Manifest.Action action, byte[] json)
      throws InvalidBundleException {
    Set<String> secrets = SealedParameters.secrets(action.paramsSchema());
    Problems problems = new Problems();
    String what = "the parameters of '" + action.name() + "'";
    ObjectNode values = parse(json, problems);
    if (values == null) {
      throw new InvalidBundleException(what, problems.list());
    }
    ObjectNode schema = (ObjectNode) Json.MAPPER.readTree(action.paramsSchema());
    for (String secret : secrets) {
      if (values.has(secret) && !SealedParameters.isSealed(values.get(secret))) {
        problems.add(
            "params." + secret,
            "is secret and was not sealed",
            "it would be stored in clear; give it sealed to the hosts' keys (hostler.sealed/1)");
      }
      ((ObjectNode) schema.get("properties")).set(secret, Json.MAPPER.createObjectNode());
    }
    for (Map.Entry<String, JsonNode> one : values.properties()) {
      if (SealedParameters.isSealed(one.getValue()) && !secrets.contains(one.getKey())) {
        problems.add(
            "params." + one.getKey(),
            "is sealed, but is not secret in the action's schema",
            "give it in clear; secret are " + (secrets.isEmpty() ? "none" : secrets));
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidBundleException(what, problems.list());
    }
    String open = Json.canonicalText(schema);
    ObjectNode filled = values.deepCopy();
    ParamsSchema.applyDefaults(schema, filled);
    check(open, filled, problems);
    if (!problems.isEmpty()) {
      throw new InvalidBundleException(what, problems.list());
    }
    return Json.canonicalText(values);
  }

  private static @org.jspecify.annotations.Nullable ObjectNode parse(
      byte[] json, Problems problems) {
    if (json.length == 0) {
      return Json.MAPPER.createObjectNode();
    }
    try {
      if (json.length <= 4 * MAX_BYTES && Json.parse(json) instanceof ObjectNode object) {
        return object;
      }
      problems.add(
          "params",
          "are not a JSON object of at most " + MAX_BYTES + " bytes",
          "give one, for example {\"format\":\"json\"}");
    } catch (IllegalArgumentException e) {
      problems.add("params", "are not JSON: " + e.getMessage(), "give a JSON object");
    }
    return null;
  }

  private static void check(String schemaJson, ObjectNode values, Problems problems) {
    JsonNode schema = Json.MAPPER.readTree(schemaJson);
    List<String> known = List.copyOf(schema.path("properties").propertyNames());
    Set<String> secrets = SealedParameters.secrets(schemaJson);
    try {
      for (Error error : ParamsSchema.validate(schemaJson, values)) {
        add(error, known, secrets, problems);
      }
    } catch (SchemaException | IllegalArgumentException e) {
      // The message may quote a value.
      problems.add(
          "params",
          "cannot be checked" + (secrets.isEmpty() ? ": " + e.getMessage() : ""),
          "use another value");
    }
    for (Map.Entry<String, JsonNode> value : values.properties()) {
      if (value.getValue().isString() && value.getValue().asString().indexOf('\0') >= 0) {
        problems.add("params." + value.getKey(), "contains NUL", "leave it out");
      }
    }
  }

  private static void add(Error error, List<String> known, Set<String> secrets, Problems problems) {
    String pointer = ParamsSchema.pointer(error);
    String field = "params" + pointer;
    for (String secret : secrets) {
      // Problems are shown, logged and kept: no value, and nothing of the schema's own words.
      if (pointer.equals("." + secret) || pointer.startsWith("." + secret + ".")) {
        problems.add(
            "params." + secret, "does not fit (it is secret and not shown)", "see the schema");
        return;
      }
    }
    if (pointer.isEmpty() && !secrets.isEmpty() && !NAMING.contains(error.getKeyword())) {
      problems.add(
          "params", "do not fit together (some are secret and not shown)", "see the schema");
      return;
    }
    switch (error.getKeyword()) {
      case "required" ->
          problems.add(field + "." + error.getProperty(), "is missing", "give it a value");
      case "additionalProperties", "unevaluatedProperties" ->
          problems.add(
              field + "." + error.getProperty(),
              "is not a parameter of this action",
              known.isEmpty() ? "it takes none" : "known: " + String.join(", ", known));
      case "type" ->
          problems.add(
              field,
              Problems.show(error.getInstanceNode()) + " has the wrong type: " + error.getMessage(),
              "give a value of that type");
      default ->
          problems.add(
              field,
              Problems.show(error.getInstanceNode()) + " does not fit: " + error.getMessage(),
              "see the action's schema");
    }
  }

  /** All parameters as canonical JSON (RFC 8785). */
  public String canonicalJson() {
    return canonical;
  }

  /**
   * How a program is given them: {@value #ALL} with all as canonical JSON, and {@value #ONE} with
   * the name in capitals for each text, number and truth value of the top level. Null, lists and
   * objects are in {@value #ALL} only.
   *
   * @return variables to add to the program's environment
   */
  public SortedMap<String, String> environment() {
    SortedMap<String, String> variables = new TreeMap<>();
    variables.put(ALL, canonical);
    for (Map.Entry<String, JsonNode> value : values.properties()) {
      JsonNode node = value.getValue();
      if (node.isString()) {
        variables.put(ONE + value.getKey().toUpperCase(Locale.ROOT), node.asString());
      } else if (node.isNumber() || node.isBoolean()) {
        variables.put(ONE + value.getKey().toUpperCase(Locale.ROOT), scalar(node));
      }
    }
    variables.keySet().removeIf(name -> !name.matches("[A-Z_][A-Z0-9_]*"));
    return variables;
  }

  /** RFC 8785 is defined for a value inside an array or an object; the library takes no other. */
  private static String scalar(JsonNode node) {
    String array = Json.canonicalText(Json.MAPPER.createArrayNode().add(node));
    return array.substring(1, array.length() - 1);
  }
}
