package dev.hostler.controller.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostFacts;
import dev.hostler.controller.host.SelectorException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CelSelectorsTest {
  private static final Host WEB =
      new Host(
          UUID.fromString("01890000-0000-7000-8000-000000000001"),
          "web-1",
          Instant.EPOCH,
          null,
          Map.of("role", "web", "dc.name", "fra"),
          new HostFacts(
              "web-1",
              "debian",
              "12",
              "Debian",
              "6.1.0",
              "x86_64",
              4,
              8L << 30,
              List.of(),
              "1",
              "v2",
              null,
              java.util.List.of(),
              Map.of()));
  private final CelSelectors selectors = new CelSelectors();

  private boolean matches(String expression) {
    return selectors.compile(expression).matches(WEB, true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "all",
        " all ",
        "all && connected",
        "labels.role == \"web\" && facts.os == \"debian\"",
        "labels['dc.name'] == 'fra'",
        "name.startsWith('web-') || name == 'x'",
        "facts.cpus >= 4 && facts.memory > 1024 * 1024",
        "id == '01890000-0000-7000-8000-000000000001'",
        "name.matches('^web-[0-9]+$')",
        "has(labels.role) && !has(labels.none)",
        "facts.arch in ['x86_64', 'aarch64'] && facts.kernel.startsWith('6.') && facts.os_version == '12'",
        "labels.none == 'x' || connected",
      })
  void meansTheHost(String expression) {
    assertThat(matches(expression)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "!all",
        "!connected",
        "labels.role == 'db'",
        "facts.cpus > 4",
        "labels.none == 'x'",
        "labels.none != 'x'",
        "!(labels.none == 'x')",
      })
  void doesNotMeanTheHost(String expression) {
    assertThat(matches(expression)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "labels.role = 'web'|13",
        "labels.role ==|15",
        "facts.oss == 'debian'|1",
        "nam == 'x'|1",
        "connected && facts.cpus > '4'|25",
        "name|1",
        "facts.cpus + 1|1",
        "'unclosed|1",
      })
  void pointsAtTheColumn(String expression, int column) {
    SelectorException e =
        catchThrowableOfType(SelectorException.class, () -> selectors.compile(expression));
    assertThat(e).isNotNull();
    assertThat(e).hasMessageContaining("\n  " + expression + "\n  " + " ".repeat(column - 1) + "^");
    assertThat(e.column()).isEqualTo(column);
  }

  @Test
  void namesWhatThereIsForAnUnknownName() {
    assertThatThrownBy(() -> selectors.compile("facts.mem > 1"))
        .hasMessageContaining("undeclared reference")
        .hasMessageContaining("facts.memory");
  }

  @Test
  void showsTheLineOfAnExpressionOfSeveral() {
    SelectorException e =
        catchThrowableOfType(
            SelectorException.class, () -> selectors.compile("connected &&\n  nam == 'x'"));
    assertThat(e).hasMessageContaining("\n    nam == 'x'\n    ^");
  }

  @Test
  void refusesWhatIsTooLong() {
    assertThatThrownBy(() -> selectors.compile("connected || ".repeat(400) + "connected"))
        .isInstanceOf(SelectorException.class)
        .hasMessageContaining("4096");
  }

  @Test
  void tellsThatAPatternIsBadWhenItIsTried() {
    assertThatThrownBy(() -> matches("name.matches('[')")).isInstanceOf(SelectorException.class);
  }
}
