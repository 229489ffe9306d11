package dev.hostler.cli.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.hostler.cli.command.ValueJson;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Terminals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParamsTest {
  private static final String SCHEMA =
      """
      {"type": "object", "additionalProperties": false, "properties": {
        "s": {"type": "string"}, "i": {"type": "integer"}, "n": {"type": "number"},
        "b": {"type": "boolean"}, "o": {"type": "object"}, "a": {"type": "array"},
        "z": {"type": "null"}, "u": {"type": ["string", "integer", "null"]},
        "any": {}, "e": {"enum": ["1", "true"]}, "mixed": {"enum": ["x", 1]}}}
      """;

  private static final ByteArrayOutputStream ERR = new ByteArrayOutputStream();

  private static Struct typed(List<String> given, String schema) {
    return typed(given, List.of(), schema, "");
  }

  private static Struct typed(List<String> given, List<String> asked, String schema, String stdin) {
    return typed(new Given(given, List.of(), asked), schema, stdin);
  }

  private static Struct typed(Given given, String schema, String stdin) {
    ERR.reset();
    return Params.typed(
        given,
        schema,
        new Console(
            new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
            OutputStream.nullOutputStream(),
            ERR,
            Terminals.NONE,
            Map.of()));
  }

  private static final String SECRET =
      """
      {"type": "object", "properties": {
        "who": {"type": "string"}, "pin": {"type": "integer", "writeOnly": true},
        "key": {"type": "string", "writeOnly": true}}}
      """;

  @Test
  void aSecretComesFromStdinOrAFileAndOneOnTheCommandLineIsWarnedOf(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "line 1\nline 2\n");
    Struct typed = typed(List.of("who=ann", "key=@" + file, "pin=@-"), List.of(), SECRET, "12\n");
    assertThat(Json.line(ValueJson.of(typed)))
        .isEqualTo("{\"key\":\"line 1\\nline 2\\n\",\"pin\":12,\"who\":\"ann\"}");
    assertThat(ERR.size()).isZero();
    assertThat(typed(List.of("key=@-"), List.of(), SECRET, "one line\n").getFieldsOrThrow("key"))
        .extracting(Value::getStringValue)
        .isEqualTo("one line");
    assertThat(typed(List.of("who=@-"), List.of(), SECRET, "ann\n").getFieldsOrThrow("who"))
        .extracting(Value::getStringValue)
        .isEqualTo("ann\n");
    typed(List.of("key=hunter2"), SECRET);
    assertThat(ERR.toString(StandardCharsets.UTF_8))
        .contains("warning: --param key=... is secret", "process list", "--ask key")
        .doesNotContain("hunter2");
    assertThatThrownBy(() -> typed(List.of("pin=hunter2"), SECRET))
        .message()
        .isEqualTo("--param pin: does not fit (it is secret and not shown)");
  }

  @Test
  void withoutATerminalNobodyIsAsked() {
    assertThatThrownBy(() -> typed(List.of(), List.of("key"), SECRET, ""))
        .hasMessageContaining("cannot ask for key")
        .hasMessageContaining("--param KEY=@FILE");
    assertThatThrownBy(() -> typed(List.of("key=x"), List.of("key"), SECRET, ""))
        .hasMessageContaining("--ask key: another option gives it, too");
  }

  @Test
  void whatMustBeSecretIsNotSentInClear() {
    Given given = new Given(List.of(), List.of("key=@-"), List.of());
    assertThat(typed(given, SECRET, "hunter2").getFieldsOrThrow("key"))
        .extracting(Value::getStringValue)
        .isEqualTo("hunter2");
    // As of a controller that lies about the action.
    String open = SECRET.replace("\"writeOnly\": true", "\"title\": \"x\"");
    assertThatThrownBy(() -> typed(given, open, "hunter2"))
        .hasMessageContainingAll("--secret key: the action does not say", "nothing was sent");
    assertThatThrownBy(() -> typed(List.of(), List.of("who"), SECRET, ""))
        .hasMessageContainingAll("--ask who: the action does not say", "[key, pin]");
    assertThatThrownBy(
            () -> typed(new Given(List.of("key=1"), List.of("key=2"), List.of()), SECRET, ""))
        .hasMessageContaining("--secret key: --param gives it, too");
  }

  private static String typed(String... given) {
    return Json.line(ValueJson.of(typed(List.of(given), SCHEMA)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          s=1            ~ {"s":"1"}
          s=             ~ {"s":""}
          s=a=b          ~ {"s":"a=b"}
          s=@@x          ~ {"s":"@x"}
          i=-12          ~ {"i":-12}
          i=9007199254740992 ~ {"i":9007199254740992}
          n=1.5e3        ~ {"n":1500}
          n=0.25         ~ {"n":0.25}
          b=true         ~ {"b":true}
          b=false        ~ {"b":false}
          z=null         ~ {"z":null}
          o={"k":[1,{}]} ~ {"o":{"k":[1,{}]}}
          a=["x",null]   ~ {"a":["x",null]}
          u=5            ~ {"u":5}
          u=null         ~ {"u":null}
          u=five         ~ {"u":"five"}
          any=[1]        ~ {"any":[1]}
          any=x y        ~ {"any":"x y"}
          e=1            ~ {"e":"1"}
          mixed=1        ~ {"mixed":1}
          mixed=x        ~ {"mixed":"x"}
          """)
  void takesTheTypeFromTheSchema(String given, String json) {
    assertThat(typed(given)).isEqualTo(json);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          i=1.0                ~ --param i=1.0: must be a whole number
          i=                   ~ must be a whole number
          i=9007199254740993   ~ cannot be passed exactly
          n=NaN                ~ must be a number
          n=1e999              ~ is too large
          b=yes                ~ must be true or false
          z=0                  ~ must be null
          o=[]                 ~ must be a JSON object
          o={"a":1,"a":2}      ~ must be a JSON object
          a={}                 ~ must be a JSON array
          a=[1] x              ~ must be a JSON array
          a=[1                 ~ (line 1, column
          q=1                  ~ the action has no such parameter; it has s, i, n
          s                    ~ write KEY=VALUE
          s=@/nowhere          ~ /nowhere cannot be read
          """)
  void namesTheParameterThatDoesNotFit(String given, String message) {
    assertThatThrownBy(() -> typed(given))
        .hasMessageContaining("--param " + given.split("=")[0])
        .hasMessageContaining(message);
  }

  @Test
  void namesAllProblemsAtOnce() {
    assertThatThrownBy(() -> typed("i=x", "q=1"))
        .hasMessageContaining("--param i=x")
        .hasMessageContaining("--param q");
  }

  @Test
  void missingOnesAreNamedUnlessTheyHaveADefault() {
    String schema =
        """
        {"required": ["a", "b"], "properties": {
          "a": {"type": "string", "description": "who"}, "b": {"default": 1}}}
        """;
    assertThatThrownBy(() -> typed(List.of("x=1"), schema))
        .hasMessage("--param a is missing; the action requires it (who)");
    assertThat(typed(List.of("a=1"), schema).getFieldsCount()).isEqualTo(1);
  }

  @Test
  void aSchemaWithoutPropertiesSaysSo() {
    assertThatThrownBy(() -> typed(List.of("x=1"), "{\"additionalProperties\": false}"))
        .hasMessageContaining("it has none");
    assertThat(typed(List.of("x=1"), "").getFieldsOrThrow("x").getNumberValue()).isEqualTo(1);
    assertThatThrownBy(() -> typed(List.of("x=1"), "{"))
        .hasMessageContaining("schema cannot be read");
  }

  @Test
  void filesAreRead(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "{\"k\": \"ü\"}\n");
    assertThat(typed("o=@" + file)).isEqualTo("{\"o\":{\"k\":\"ü\"}}");
    assertThat(typed("s=@" + file)).isEqualTo("{\"s\":\"{\\\"k\\\": \\\"ü\\\"}\\n\"}");
    Files.write(file, new byte[] {(byte) 0xff});
    assertThatThrownBy(() -> typed("s=@" + file)).hasMessageContaining("not UTF-8");
  }
}
