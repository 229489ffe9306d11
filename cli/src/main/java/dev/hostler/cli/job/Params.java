package dev.hostler.cli.job;

import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.hostler.cli.command.JsonText;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Console;
import dev.hostler.trust.secret.SealedParameters;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns {@code --param key=value} into values of the types that the action's JSON Schema names.
 * What else the schema demands is for the controller to check.
 */
final class Params {
  private final Struct schema;
  private final List<String> problems = new ArrayList<>();

  private final Set<String> secrets;
  private final Console console;

  private Params(Struct schema, Set<String> secrets, Console console) {
    this.schema = schema;
    this.secrets = secrets;
    this.console = console;
  }

  /**
   * The typed parameters.
   *
   * @param given as on the command line
   * @param schemaText the action's schema
   * @throws CliFailure naming every parameter that is unknown, missing or of the wrong type
   */
  static Struct typed(Given given, String schemaText, Console console) {
    Value schema;
    try {
      schema = JsonText.parse(schemaText.isBlank() ? "{}" : schemaText);
    } catch (IllegalArgumentException e) {
      throw CliFailure.usage("the action's parameter schema cannot be read: " + e.getMessage());
    }
    Params params =
        new Params(
            schema.getStructValue(),
            SealedParameters.secrets(schemaText.isBlank() ? "{}" : schemaText),
            console);
    Map<String, String> texts = given.texts();
    params.warn(texts);
    params.requireSecret(given.mustBeSecret());
    for (String name : given.asked()) {
      String answer = console.askSecret(name + ": ");
      texts.put(name, answer.startsWith("@") ? "@" + answer : answer);
    }
    Struct typed = params.typed(texts);
    if (!params.problems.isEmpty()) {
      throw CliFailure.usage(String.join("\n", params.problems));
    }
    return typed;
  }

  private void warn(Map<String, String> given) {
    for (Map.Entry<String, String> one : given.entrySet()) {
      boolean inClear = !one.getValue().startsWith("@") || one.getValue().startsWith("@@");
      if (secrets.contains(one.getKey()) && inClear) {
        console.note(
            "warning: --param "
                + one.getKey()
                + "=... is secret, but everybody on this machine can see it in the process list,"
                + " and your shell keeps it; use --secret "
                + one.getKey()
                + "=@FILE or =@- (stdin), or --ask "
                + one.getKey());
      }
    }
  }

  /** A controller that lies about what is secret must not get it in clear. */
  private void requireSecret(Map<String, String> options) {
    options.forEach((name, option) -> {
      if (!secrets.contains(name)) {
        throw CliFailure.usage(
            option
                + " "
                + name
                + ": the action does not say that it is secret (writeOnly), so the controller and"
                + " the hosts would keep it in clear; nothing was sent. It has "
                + (secrets.isEmpty() ? "no secret parameters" : "these secret ones: " + secrets));
      }
    });
  }

  private Struct typed(Map<String, String> given) {
    Struct known = object(schema, "properties");
    Struct.Builder typed = Struct.newBuilder();
    given.forEach((key, text) -> {
      if (!known.containsFields(key) && closed()) {
        problems.add(
            "--param "
                + key
                + ": the action has no such parameter; "
                + (known.getFieldsCount() == 0
                    ? "it has none"
                    : "it has " + String.join(", ", known.getFieldsMap().keySet())));
        return;
      }
      try {
        typed.putFields(key, convert(content(text, secrets.contains(key)), object(known, key)));
      } catch (IllegalArgumentException e) {
        boolean file = text.startsWith("@") && !text.startsWith("@@");
        problems.add(
            secrets.contains(key) && !file
                ? "--param " + key + ": does not fit (it is secret and not shown)"
                : "--param " + key + "=" + text + ": " + e.getMessage());
      }
    });
    for (Value required :
        schema
            .getFieldsOrDefault("required", Value.getDefaultInstance())
            .getListValue()
            .getValuesList()) {
      String key = required.getStringValue();
      // A default makes up for it on the controller and on the host.
      if (!given.containsKey(key) && !object(known, key).containsFields("default")) {
        problems.add("--param " + key + " is missing; the action requires it" + about(known, key));
      }
    }
    return typed.build();
  }

  private static String about(Struct known, String key) {
    String description =
        object(known, key)
            .getFieldsOrDefault("description", Value.getDefaultInstance())
            .getStringValue();
    return description.isEmpty() ? "" : " (" + description + ")";
  }

  private boolean closed() {
    Value additional =
        schema.getFieldsOrDefault("additionalProperties", Value.getDefaultInstance());
    return additional.getKindCase() == Value.KindCase.BOOL_VALUE
        && !additional.getBoolValue()
        && !schema.containsFields("patternProperties");
  }

  private static Struct object(Struct parent, String key) {
    return parent.getFieldsOrDefault(key, Value.getDefaultInstance()).getStructValue();
  }

  private String content(String text, boolean secret) {
    if (text.startsWith("@@")) {
      return text.substring(1);
    }
    if (!text.startsWith("@")) {
      return text;
    }
    if (text.equals("@-")) {
      String all = console.readAll();
      return secret ? line(all) : all;
    }
    Path file = Path.of(text.substring(1));
    try {
      String all = Files.readString(file);
      return secret ? line(all) : all;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + " cannot be read; to pass a value that starts with @, write @@", e);
    }
  }

  /** What echo and editors put after a single line does not belong to a password. */
  private static String line(String text) {
    return text.indexOf('\n') == text.length() - 1 && !text.isEmpty()
        ? text.substring(0, text.length() - 1)
        : text;
  }

  private static Value convert(String text, Struct schema) {
    List<String> types = types(schema);
    if (types.isEmpty()) {
      // Anything goes: JSON if it is some, else text.
      try {
        return JsonText.parse(text);
      } catch (IllegalArgumentException e) {
        return string(text);
      }
    }
    List<String> failures = new ArrayList<>();
    for (String type : types) {
      try {
        return convert(text, type);
      } catch (IllegalArgumentException e) {
        failures.add(String.valueOf(e.getMessage()));
      }
    }
    throw new IllegalArgumentException(String.join("; ", failures));
  }

  /** The types that the schema allows, the most special first; empty: any. */
  private static List<String> types(Struct schema) {
    Value type = schema.getFieldsOrDefault("type", Value.getDefaultInstance());
    List<String> types = new ArrayList<>();
    if (type.getKindCase() == Value.KindCase.STRING_VALUE) {
      types.add(type.getStringValue());
    } else {
      type.getListValue().getValuesList().forEach(value -> types.add(value.getStringValue()));
      // Every text is a string, so that comes last.
      if (types.remove("string")) {
        types.add("string");
      }
    }
    if (types.isEmpty()
        && schema
            .getFieldsOrDefault("enum", Value.getDefaultInstance())
            .getListValue()
            .getValuesList()
            .stream()
            .allMatch(Value::hasStringValue)
        && schema.containsFields("enum")) {
      types.add("string");
    }
    return types;
  }

  private static Value convert(String text, String type) {
    return switch (type) {
      case "string" -> string(text);
      case "integer" -> {
        if (!text.matches("-?[0-9]+")) {
          throw new IllegalArgumentException("must be a whole number");
        }
        yield JsonText.number(text);
      }
      case "number" -> {
        if (!text.matches("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?")) {
          throw new IllegalArgumentException("must be a number");
        }
        yield JsonText.number(text);
      }
      case "boolean" -> {
        if (!text.equals("true") && !text.equals("false")) {
          throw new IllegalArgumentException("must be true or false");
        }
        yield Value.newBuilder().setBoolValue(text.equals("true")).build();
      }
      case "null" -> {
        if (!text.equals("null")) {
          throw new IllegalArgumentException("must be null");
        }
        yield Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
      }
      case "object" -> json(text, Value.KindCase.STRUCT_VALUE, "a JSON object, like {\"a\": 1}");
      case "array" -> json(text, Value.KindCase.LIST_VALUE, "a JSON array, like [\"a\", \"b\"]");
      default -> string(text);
    };
  }

  private static Value json(String text, Value.KindCase kind, String what) {
    Value value;
    try {
      value = JsonText.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("must be " + what + ": " + e.getMessage(), e);
    }
    if (value.getKindCase() != kind) {
      throw new IllegalArgumentException("must be " + what);
    }
    return value;
  }

  private static Value string(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}
