package dev.hostler.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class SpansTest {
  @ParameterizedTest
  @CsvSource({"500ms, 500", "30s, 30000", "5m, 300000", "1h30m, 5400000", "2d, 172800000"})
  void reads(String text, long millis) {
    assertThat(new Spans().convert(text)).hasMillis(millis);
    assertThat(Spans.proto(new Spans().convert("1500ms")).getNanos()).isEqualTo(500_000_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "5", "s", "-5s", "5 s", "5S", "1h x", "x1h", "0s", "1.5h", "9999999999s"})
  void refuses(String text) {
    assertThatThrownBy(() -> new Spans().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
