package dev.hostler.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
  enum Colour {
    RED,
    DARK_BLUE
  }

  private static ConfigReader reader(String toml, Map<String, String> environment) {
    return ConfigReader.ofText("c.toml", toml, Path.of("/base"), environment);
  }

  private static void readAll(ConfigReader reader) {
    reader.section("").path("data_dir", Path.of("/x"));
    ConfigSection s = reader.section("web");
    s.requiredString("name", "example");
    s.integer("workers", 2, 1, 8);
    s.bool("on", true);
    s.duration("wait", Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofHours(1));
    s.bytes("buffer", 1024, 1, 1 << 20);
    s.address("listen", new HostPort("127.0.0.1", 80));
    s.choice("colour", Colour.RED);
    s.strings("tags", List.of());
    s.file("key");
    s.string("note", "none");
    s.secret("password");
  }

  private static List<String> problems(ConfigReader reader) {
    return catchThrowableOfType(ConfigException.class, reader::finish).problems();
  }

  @Test
  void everyKindOfValueIsRead() throws Exception {
    ConfigReader reader =
        reader(
            """
            data_dir = "state"
            [web]
            name = "n"
            workers = 3
            on = false
            wait = "1m30s"
            buffer = "4KiB"
            listen = "[::1]:8080"
            colour = "dark_blue"
            tags = ["a", "b"]
            note = "x"
            password = "p"
            backup = "h:1"
            [web.labels]
            role = "db"
            """,
            Map.of());
    ConfigSection s = reader.section("web");
    assertThat(reader.section("").path("data_dir", Path.of("/x")))
        .isEqualTo(Path.of("/base/state"));
    assertThat(s.requiredString("name", "example")).isEqualTo("n");
    assertThat(s.integer("workers", 2, 1, 8)).isEqualTo(3);
    assertThat(s.bool("on", true)).isFalse();
    assertThat(s.duration("wait", Duration.ZERO, Duration.ZERO, Duration.ofHours(1)))
        .isEqualTo(Duration.ofSeconds(90));
    assertThat(s.bytes("buffer", 1, 1, 1 << 20)).isEqualTo(4096);
    assertThat(s.address("listen", new HostPort("a", 1))).isEqualTo(new HostPort("::1", 8080));
    assertThat(s.address("backup")).contains(new HostPort("h", 1));
    assertThat(s.choice("colour", Colour.RED)).isEqualTo(Colour.DARK_BLUE);
    assertThat(s.strings("tags", List.of())).containsExactly("a", "b");
    assertThat(s.string("note", "none")).isEqualTo("x");
    assertThat(s.secret("password")).contains("p");
    assertThat(reader.section("web.labels").all()).isEqualTo(Map.of("role", "db"));
    reader.finish();
  }

  @Test
  void whatIsMissingReadsAsItsDefault() throws Exception {
    ConfigReader reader = reader("web.name = 'n'", Map.of());
    readAll(reader);
    ConfigSection s = reader.section("web");
    assertThat(s.integer("workers", 2, 1, 8)).isEqualTo(2);
    assertThat(s.bool("on", true)).isTrue();
    assertThat(s.choice("colour", Colour.RED)).isEqualTo(Colour.RED);
    assertThat(s.string("note")).isEmpty();
    assertThat(s.path("key")).isEmpty();
    assertThat(s.has("name")).isTrue();
    assertThat(s.has("key")).isFalse();
    assertThat(reader.section("other").all()).isEmpty();
    reader.finish();
  }

  @Test
  void theEnvironmentWinsOverTheFile() throws Exception {
    ConfigReader reader =
        reader(
            "[web]\nname = 'file'\nworkers = 9999\n[deep.er]\nx = 1",
            Map.of(
                "HOSTLER_WEB_NAME", "env",
                "HOSTLER_WEB_WORKERS", "4",
                "HOSTLER_WEB_ON", "false",
                "HOSTLER_WEB_TAGS", "a,b",
                "HOSTLER_WEB_BUFFER", "1MiB",
                "HOSTLER_DATA_DIR", "/elsewhere",
                "HOSTLER_DEEP_ER_X", "7",
                "HOSTLER_JAVA_HOME", "not ours"));
    readAll(reader);
    ConfigSection s = reader.section("web");
    assertThat(s.string("name")).contains("env");
    assertThat(s.integer("workers", 2, 1, 8)).isEqualTo(4);
    assertThat(s.bool("on", true)).isFalse();
    assertThat(s.strings("tags", List.of())).containsExactly("a", "b");
    assertThat(s.bytes("buffer", 1, 1, 1 << 20)).isEqualTo(1 << 20);
    assertThat(reader.section("").path("data_dir")).contains(Path.of("/elsewhere"));
    assertThat(reader.section("deep.er").integer("x", 0, 0, 9)).isEqualTo(7);
    reader.finish();
  }

  @Test
  void everyProblemIsReportedAtOnceWithItsPlaceAndTheFix() {
    ConfigReader reader =
        reader(
            """
            data_dri = "state"
            data_dir = "a\\u0000b"

            [web]
            workers = 9
            on = "maybe"
              wait = "5 parsecs"
            buffer = "2MiB"
            listen = "host"
            colour = "green"
            tags = ["a", 1]
            key = "missing.pem"
            note = 7
            password = 12345
            wrkers = 2
            [wep]
            a = 1
            """,
            Map.of("HOSTLER_WEB_WAITS", "1s"));
    readAll(reader);
    assertThat(problems(reader))
        .containsExactly(
            "environment HOSTLER_WEB_WAITS: section web has no such key; unset it",
            "c.toml:1:1: data_dri: unknown key; did you mean data_dir?",
            "c.toml:2:1: data_dir: \"a\u0000b\" is not acceptable; use a path",
            "c.toml:5:1: web.workers: 9 is not acceptable; use a whole number from 1 to 8",
            "c.toml:6:1: web.on: \"maybe\" is not acceptable; use true or false",
            "c.toml:7:3: web.wait: \"5 parsecs\" is not acceptable; use a duration from 1s to 1h,"
                + " like \"90s\" or \"1h30m\"",
            "c.toml:8:1: web.buffer: \"2MiB\" is not acceptable; use a size from 1 to 1MiB, like"
                + " \"64MiB\"",
            "c.toml:9:1: web.listen: \"host\" is not acceptable; use HOST:PORT, like"
                + " \"127.0.0.1:80\"",
            "c.toml:10:1: web.colour: \"green\" is not acceptable; use one of red, dark_blue",
            "c.toml:11:1: web.tags: this list is not acceptable; use a list of texts, like [\"a\","
                + " \"b\"]",
            "c.toml:12:1: web.key: \"missing.pem\" is not acceptable; no readable file there;"
                + " create it or correct the path",
            "c.toml:13:1: web.note: 7 is not acceptable; use text in quotes that is not empty",
            "c.toml:14:1: web.password: must be text in quotes",
            "c.toml:15:1: web.wrkers: unknown key; did you mean workers?",
            "c.toml:16:1: wep: unknown section; did you mean web?",
            "c.toml: web.name: missing; add name = \"example\" (or set HOSTLER_WEB_NAME)");
  }

  @Test
  void aSyntaxErrorHasLineAndColumn() {
    ConfigReader reader = reader("[web]\nname = \n", Map.of());
    readAll(reader);
    assertThat(problems(reader)).first().asString().startsWith("c.toml:2:8: Unexpected");
  }

  @Test
  void aSectionThatIsNoTableIsAProblem() {
    ConfigReader reader = reader("web = 1", Map.of());
    readAll(reader);
    assertThat(problems(reader)).first().isEqualTo("c.toml:1:1: web: must be a table; write [web]");
  }

  @Test
  void aListOfTablesIsReadInItsOrder() throws Exception {
    ConfigReader reader =
        reader(
            """
            [[role]]
            name = "b"
            [[role]]
            name = "a"
            [policy.web]
            on = true
            [policy.db]
            on = false
            """,
            Map.of());
    assertThat(reader.tables("role"))
        .extracting(role -> role.requiredString("name", "viewer"))
        .containsExactly("b", "a");
    assertThat(reader.tables("none")).isEmpty();
    assertThat(reader.tablesBelow("policy")).containsExactly("db", "web");
    assertThat(reader.tablesBelow("none")).isEmpty();
    for (String name : reader.tablesBelow("policy")) {
      reader.section("policy." + name).bool("on", true);
    }
    reader.finish();
  }

  @Test
  void whatIsNotAListOfTablesIsAProblem() {
    for (String text : List.of("role = 3", "role = [1, 2]", "[role]\nname = \"a\"")) {
      ConfigReader reader = reader(text, Map.of());
      assertThat(reader.tables("role")).isEmpty();
      assertThat(problems(reader)).anyMatch(problem -> problem.contains("write [[role]]"));
    }
    ConfigReader unknown = reader("[[role]]\nname = \"a\"\nnmae = 1", Map.of());
    unknown.tables("role").forEach(role -> role.requiredString("name", "viewer"));
    assertThat(problems(unknown)).singleElement().asString().contains("c.toml:3:1", "nmae");
  }

  @Test
  void aProblemOfTheCallerHasThePlaceOfItsKey() {
    ConfigReader reader = reader("[web]\nname = 'a'", Map.of());
    readAll(reader);
    reader.section("web").problem("name", "\"a\" and key exclude each other; remove one");
    reader.section("web").problem("key", "needed with name");
    assertThat(problems(reader))
        .containsExactly(
            "c.toml:2:1: web.name: \"a\" and key exclude each other; remove one",
            "c.toml: web.key: missing; needed with name (or set HOSTLER_WEB_KEY)");
  }

  @Test
  void filesAreReadAndPathsTakenFromTheirFolder(@TempDir Path folder) throws Exception {
    Path key = Files.writeString(folder.resolve("key.pem"), "k");
    Path file = Files.writeString(folder.resolve("c.toml"), "[web]\nname='n'\nkey = 'key.pem'");
    ConfigReader reader = ConfigReader.ofFile(file, Map.of());
    readAll(reader);
    assertThat(reader.section("web").file("key")).contains(key);
    reader.finish();
  }

  @Test
  void aFileThatIsNotThereIsOneProblem(@TempDir Path folder) {
    ConfigReader reader = ConfigReader.ofFile(folder.resolve("no.toml"), Map.of());
    reader.section("web").integer("workers", 2, 1, 8);
    assertThatThrownBy(reader::finish)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("cannot read the configuration file " + folder.resolve("no.toml"));
  }

  @Test
  void quantitiesAreReadAndWritten() {
    assertThat(Quantities.duration("1d2h3m4s5ms"))
        .contains(Duration.ofDays(1).plusHours(2).plusMinutes(3).plusSeconds(4).plusMillis(5));
    assertThat(Quantities.duration("5")).isEmpty();
    assertThat(Quantities.duration("")).isEmpty();
    assertThat(Quantities.duration("999999999999d999999999999d")).isEmpty();
    assertThat(Quantities.format(Duration.ofMillis(90_061_001))).isEqualTo("1d1h1m1s1ms");
    assertThat(Quantities.format(Duration.ZERO)).isEqualTo("0s");
    assertThat(Quantities.bytes("3 GiB")).contains(3L << 30);
    assertThat(Quantities.bytes("17")).contains(17L);
    assertThat(Quantities.bytes("9000000TiB")).isEmpty();
    assertThat(Quantities.bytes("1MB")).isEmpty();
    assertThat(Quantities.format(1536)).isEqualTo("1536");
    assertThat(Quantities.format(5L << 40)).isEqualTo("5TiB");
    assertThat(Quantities.format(0)).isEqualTo("0");
  }

  @Test
  void addressesAreReadAndWritten() {
    for (String text : List.of("host:1", "[::1]:443", "0.0.0.0:0")) {
      assertThat(HostPort.parse(text).map(HostPort::toString)).contains(text);
    }
    for (String text : List.of("host", "host:", ":1", "host:65536", "::1:443", "a b:1")) {
      assertThat(HostPort.parse(text)).as(text).isEqualTo(Optional.empty());
    }
  }
}
