package dev.hostler.trust.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.trust.bundle.Manifest.Action;
import dev.hostler.trust.bundle.Manifest.PayloadFile;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

class ParametersTest {
  private static final String SCHEMA =
      """
      [actions.go.params]
      required = ["name"]
      [actions.go.params.properties.name]
      type = "string"
      minLength = 2
      [actions.go.params.properties.times]
      type = "integer"
      minimum = 1
      maximum = 5
      default = 2
      [actions.go.params.properties.ratio]
      type = "number"
      [actions.go.params.properties.loud]
      type = "boolean"
      default = false
      [actions.go.params.properties.mode]
      enum = ["a", "b"]
      [actions.go.params.properties.tags]
      type = "array"
      items = { "$ref" = "#/$defs/tag" }
      [actions.go.params.properties.slow]
      type = "string"
      pattern = "^(.*a){12}$|^(x|y)*z"
      [actions.go.params.properties.when]
      type = "string"
      format = "date"
      [actions.go.params."$defs".tag]
      type = "string"
      """;

  private static Action action(String params) throws InvalidBundleException {
    Action action =
        BundleToml.parse(
                """
                name = "x"
                version = "1.0.0"
                [actions.go]
                argv = ["bin/run"]
                """
                    + params)
            .manifest(List.of(new PayloadFile("bin/run", true, 1, "0".repeat(64))))
            .action("go");
    assertThat(action).isNotNull();
    return action;
  }

  private static Parameters of(String json) throws InvalidBundleException {
    return Parameters.of(action(SCHEMA), json.getBytes(UTF_8));
  }

  private static AbstractThrowableAssert<?, ?> refused(String json) {
    return assertThatThrownBy(() -> of(json))
        .isInstanceOf(InvalidBundleException.class)
        .hasMessageContaining("the parameters of 'go'");
  }

  @Test
  void defaultsAreFilledInAndTheFormIsCanonical() throws Exception {
    assertThat(of("{ \"times\" : 3.0, \"name\":\"Zo\\u00eb\" }").canonicalJson())
        .isEqualTo("{\"loud\":false,\"name\":\"Zoë\",\"times\":3}");
  }

  @Test
  void programsGetScalarsByName() throws Exception {
    Parameters parameters =
        of("{\"name\":\"a b\\n'c'\",\"ratio\":0.10,\"loud\":true,\"tags\":[\"x\",\"y\"]}");
    assertThat(parameters.environment())
        .containsOnlyKeys(
            "HOSTLER_PARAMS",
            "HOSTLER_PARAM_NAME",
            "HOSTLER_PARAM_TIMES",
            "HOSTLER_PARAM_RATIO",
            "HOSTLER_PARAM_LOUD")
        .containsEntry("HOSTLER_PARAM_NAME", "a b\n'c'")
        .containsEntry("HOSTLER_PARAM_TIMES", "2")
        .containsEntry("HOSTLER_PARAM_RATIO", "0.1")
        .containsEntry("HOSTLER_PARAM_LOUD", "true")
        .containsEntry("HOSTLER_PARAMS", parameters.canonicalJson());
  }

  @Test
  void namesMissingUnknownAndWrongParameters() {
    refused("{}").hasMessageContainingAll("params.name", "is missing");
    refused("{\"name\":\"ab\",\"nmae\":1,\"other\":2}")
        .hasMessageContainingAll("params.nmae", "params.other", "is not a parameter", "known: ");
    refused("{\"name\":7}").hasMessageContainingAll("params.name", "'7'", "wrong type", "string");
    refused("{\"name\":\"ab\",\"times\":9}")
        .hasMessageContainingAll("params.times", "'9'", "maximum");
    refused("{\"name\":\"ab\",\"mode\":\"c\"}").hasMessageContainingAll("params.mode", "'\"c\"'");
    refused("{\"name\":\"ab\",\"tags\":[\"x\",3]}").hasMessageContaining("params.tags.1");
    refused("{\"name\":\"ab\",\"when\":\"never\"}").hasMessageContaining("params.when");
    refused("{\"name\":\"a\\u0000b\"}").hasMessageContaining("NUL");
    refused("{\"times\":\"x\",\"loud\":3}").hasMessageContaining("has 3 problems");
  }

  @Test
  void refusesWhatIsNoObject() {
    refused("[]").hasMessageContaining("not a JSON object");
    refused("{").hasMessageContaining("not JSON");
    refused("{\"name\":\"ab\",\"name\":\"ab\"}").hasMessageContaining("not JSON");
    refused("{\"name\":\"" + "x".repeat(100_000) + "\"}").hasMessageContaining("bytes");
    refused("{\"name\":\"" + "x".repeat(500_000) + "\"}").hasMessageContaining("bytes");
  }

  @Test
  void noParametersAtAll() throws Exception {
    Parameters none = Parameters.of(action(""), new byte[0]);
    assertThat(none.canonicalJson()).isEqualTo("{}");
    assertThat(none.environment()).containsOnlyKeys("HOSTLER_PARAMS");
    assertThatThrownBy(() -> Parameters.of(action(""), "{\"x\":1}".getBytes(UTF_8)))
        .hasMessageContaining("it takes none");
  }

  @Test
  void aPatternThatBacktracksForEverIsCutOff() {
    refused("{\"name\":\"ab\",\"slow\":\"" + "a".repeat(60) + "!\"}")
        .hasMessageContaining("too many steps");
    refused("{\"name\":\"ab\",\"slow\":\"" + "xy".repeat(40_000) + "\"}")
        .hasMessageContaining("too many steps");
  }

  @Test
  void schemasThatCannotBeUsedAreNotBuilt() {
    String root = "[actions.go.params]\n";
    String properties = "[actions.go.params.properties]\n";
    String[][] cases = {
      {root + "type = \"array\"", "is not 'object'"},
      {properties + "\"a-b\" = {type = \"string\"}", "not a parameter name"},
      {properties + "a = {}\nA = {}", "by case only"},
      {properties + "a = {\"$ref\" = \"http://x/y\"}", "points elsewhere"},
      {properties + "a = {\"$ref\" = \"file:///etc/x\"}", "points elsewhere"},
      {properties + "a = {items = [{\"$dynamicRef\" = \"x\"}]}", "points elsewhere"},
      {root + "\"$id\" = \"http://x\"", "is not allowed"},
      {root + "\"$schema\" = \"http://x\"", "is not allowed"},
      {properties + "a = {type = \"text\"}", "params.properties.a.type"},
      {properties + "a = {pattern = \"(\"}", "is not valid"},
      {properties + "a = {\"$ref\" = \"#/$defs/none\"}", "points at nothing"},
      {properties + "a = {patternProperties = {\"[\" = {}}}", "is not valid"},
      {properties + "a = {type = \"integer\", default = \"x\"}", "a.default"},
      {properties + "a = {writeOnly = true, default = \"x\"}", "everybody can read"},
      {properties + "a = {properties = {b = {writeOnly = true}}}", "b.writeOnly: is inside"},
      {properties + "a = {anyOf = [{writeOnly = true}]}", "anyOf[0].writeOnly: is inside"},
      {
        "[actions.go.params]\n\"$defs\" = {s = {writeOnly = true}}\n"
            + properties
            + "a = {\"$ref\" = \"#/$defs/s\"}",
        "$defs.s.writeOnly: is inside"
      },
    };
    for (String[] one : cases) {
      assertThatThrownBy(() -> action(one[0]))
          .as(one[0])
          .isInstanceOf(InvalidBundleException.class)
          .hasMessageContaining(one[1]);
    }
  }

  private static Action withSecret() throws InvalidBundleException {
    return action(
        """
        [actions.go.params]
        required = ["password"]
        [actions.go.params.properties.user]
        type = "string"
        default = "root"
        [actions.go.params.properties.password]
        type = "string"
        minLength = 9
        writeOnly = true
        """);
  }

  @Test
  void submitsSecretsSealedOnly() throws Exception {
    String sealed = "{\"password\":{\"$sealed\":\"AAAA\"}}";
    assertThat(Parameters.submitted(withSecret(), sealed.getBytes(UTF_8))).isEqualTo(sealed);
    assertThatThrownBy(() ->
            Parameters.submitted(
                withSecret(), "{\"password\":\"hunter2-hunter2\"}".getBytes(UTF_8)))
        .hasMessageContaining("params.password")
        .hasMessageContaining("not sealed")
        .message()
        .doesNotContain("hunter2");
    assertThatThrownBy(() -> Parameters.submitted(withSecret(), new byte[0]))
        .hasMessageContaining("params.password: is missing");
    assertThatThrownBy(() ->
            Parameters.submitted(
                withSecret(), sealed.replace("}}", "},\"user\":5,\"x\":1}").getBytes(UTF_8)))
        .hasMessageContaining("params.user")
        .hasMessageContaining("params.x");
    assertThatThrownBy(() ->
            Parameters.submitted(
                withSecret(),
                sealed.replace("}}", "},\"user\":{\"$sealed\":\"AAAA\"}}").getBytes(UTF_8)))
        .hasMessageContaining("params.user: is sealed, but is not secret");
  }

  @Test
  void showsNoSecretThatDoesNotFit() throws Exception {
    for (String value : List.of("\"hunter2\"", "[\"hunter2\"]", "{\"hunter2\":1}")) {
      assertThatThrownBy(
              () -> Parameters.of(withSecret(), ("{\"password\":" + value + "}").getBytes(UTF_8)))
          .hasMessageContaining("params.password: does not fit")
          .message()
          .doesNotContain("hunter2");
    }
    Action picky =
        action(
            """
            [actions.go.params]
            not = {required = ["password"]}
            [actions.go.params.properties.password]
            type = "string"
            pattern = "^(.*a){12}$"
            writeOnly = true
            """);
    assertThatThrownBy(() -> Parameters.of(picky, "{\"password\":\"hunter2\"}".getBytes(UTF_8)))
        .hasMessageContaining("params: do not fit together")
        .message()
        .doesNotContain("hunter2");
    String slow = "hunter2" + "a".repeat(60) + "!";
    assertThatThrownBy(
            () -> Parameters.of(picky, ("{\"password\":\"" + slow + "\"}").getBytes(UTF_8)))
        .hasMessageContaining("params: cannot be checked")
        .message()
        .doesNotContain("hunter2");
  }
}
