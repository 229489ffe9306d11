package dev.hostler.cli.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.cli.command.ValueJson;
import dev.hostler.cli.console.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  private static String typed(String... given) {
    return Json.line(ValueJson.of(Params.typed(List.of(given), SCHEMA)));
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
    assertThatThrownBy(() -> Params.typed(List.of("x=1"), schema))
        .hasMessage("--param a is missing; the action requires it (who)");
    assertThat(Params.typed(List.of("a=1"), schema).getFieldsCount()).isEqualTo(1);
  }

  @Test
  void aSchemaWithoutPropertiesSaysSo() {
    assertThatThrownBy(() -> Params.typed(List.of("x=1"), "{\"additionalProperties\": false}"))
        .hasMessageContaining("it has none");
    assertThat(Params.typed(List.of("x=1"), "").getFieldsOrThrow("x").getNumberValue())
        .isEqualTo(1);
    assertThatThrownBy(() -> Params.typed(List.of("x=1"), "{"))
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
