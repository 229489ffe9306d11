package dev.hostler.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

  private Console onTerminal(String input) {
    return new Console(
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        screen,
        screen,
        new Terminals(true, true, true),
        Map.of());
  }

  @Test
  void theProgressLineMakesWayForOutput() {
    Console console = onTerminal("");
    console.progress("1");
    console.progress("1");
    console.write(Console.Stream.OUT, "a\nb".getBytes(StandardCharsets.UTF_8));
    console.progress("2");
    console.write(Console.Stream.OUT, "c\n".getBytes(StandardCharsets.UTF_8));
    console.endProgress();

    // It is not drawn in the middle of a line.
    assertThat(screen).hasToString("1\r\033[Ka\nbc\n2\r\033[K");
  }

  @Test
  void theEndStartsOnALineOfItsOwn() {
    Console console = onTerminal("");
    console.write(Console.Stream.ERR, "x".getBytes(StandardCharsets.UTF_8));
    console.endProgress();
    console.note("done");
    assertThat(screen).hasToString("x\ndone\n");
  }

  @Test
  void questionsAreAnsweredByALine() {
    Console console = onTerminal(" c \nrest");
    console.progress("p");
    assertThat(console.ask("? ")).isEqualTo("c");
    assertThat(screen).hasToString("p\r\033[K? p");
    assertThat(onTerminal("").ask("? ")).isEmpty();
  }

  @Test
  void aClosedOrFullStdoutIsToldApart() {
    assertThatThrownBy(() -> failing("Broken pipe").line("x")).isInstanceOf(StdoutClosed.class);
    assertThatThrownBy(() -> failing("No space left on device").line("x"))
        .isInstanceOf(CliFailure.class)
        .hasMessage("cannot write to stdout: No space left on device");
  }

  private static Console failing(String message) {
    return new Console(
        new ByteArrayInputStream(new byte[0]),
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(message);
          }
        },
        OutputStream.nullOutputStream(),
        Terminals.NONE,
        Map.of());
  }

  @Test
  void noColorAndDumbTerminalsAreRespected() {
    assertThat(onTerminal("").outStyle().on()).isTrue();
    for (Map<String, String> environment :
        List.of(Map.of("NO_COLOR", "1"), Map.of("TERM", "dumb"))) {
      Console console =
          new Console(
              new ByteArrayInputStream(new byte[0]),
              screen,
              screen,
              new Terminals(true, true, true),
              environment);
      assertThat(console.outStyle().on()).isFalse();
      assertThat(console.errStyle().on()).isFalse();
    }
  }

  @Test
  void jsonIsWrittenAsTheStandardHasIt() {
    assertThat(
            Json.line(
                Json.object()
                    .put("a", "q\"\\\n\r\t\u0001\u009fé😀\ud800")
                    .put("left_out", null)
                    .put("b", Arrays.asList(1, 2.5, true, null))
                    .put("c", Json.object())
                    .put("r", Json.raw("[0]"))
                    .put("n", Json.raw(""))))
        .isEqualTo(
            "{\"a\":\"q\\\"\\\\\\n\\r\\t\\u0001\\u009fé😀\\ud800\",\"b\":[1,2.5,true,null],"
                + "\"c\":{},\"r\":[0],\"n\":null}");
    assertThat(Json.pretty(List.of(Map.of("a", List.of()))))
        .isEqualTo("[\n  {\n    \"a\": []\n  }\n]");
  }

  @Test
  void tablesLineUp() {
    Table table = new Table("A", "LONG", "C");
    table.row().cell("é😀").cell("x").state("failed", new Style(true));
    table.row().cell(null).cell("").cell("z");
    assertThat(table.lines(new Style(false)))
        .containsExactly("A   LONG  C", "é😀  x     \033[31mfailed\033[0m", "-   -     z");
  }

  @Test
  void spansAndSizesAreReadable() {
    Instant now = Instant.ofEpochSecond(1_000_000);
    assertThat(Format.age(Timestamp.newBuilder().setSeconds(999_990).build(), now))
        .isEqualTo("10s");
    assertThat(Format.roughly(Duration.ofSeconds(-5))).isEqualTo("0s");
    assertThat(Format.roughly(Duration.ofMinutes(5))).isEqualTo("5m");
    assertThat(Format.roughly(Duration.ofHours(5))).isEqualTo("5h");
    assertThat(Format.roughly(Duration.ofDays(5))).isEqualTo("5d");
    assertThat(Format.took(Duration.ofMillis(310))).isEqualTo("0.31 s");
    assertThat(Format.took(Duration.ofMillis(12_400))).isEqualTo("12.4 s");
    assertThat(Format.took(Duration.ofSeconds(185))).isEqualTo("3 min 5 s");
    assertThat(Format.bytes(1023)).isEqualTo("1023 B");
    assertThat(Format.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Format.bytes(64L << 20)).isEqualTo("64 MiB");
    assertThat(Format.bytes(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
  }
}
