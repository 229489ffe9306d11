package dev.hostler.cli.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource({
    "h, h:7444",
    "h:1, h:1",
    "10.0.0.1:65535, 10.0.0.1:65535",
    "[::1], [::1]:7444",
    "[::1]:80, [::1]:80",
    "2001:db8::1, [2001:db8::1]:7444"
  })
  void reads(String text, String address) {
    assertThat(Address.parse("x", text)).hasToString(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":1", "h:", "h:0", "h:65536", "h:x", "[::1", "[::1]x", "a b", "a/b", "u@h"})
  void refuses(String text) {
    assertThatThrownBy(() -> Address.parse("controller", text))
        .hasMessageContaining("controller \"" + text + "\" is no address");
  }

  @Test
  void standardLocationsOfTheConfiguration() {
    assertThat(ConfigFile.of(java.util.Map.of("HOME", "/h")).path())
        .hasToString("/h/.config/hostler/config.toml");
    assertThat(ConfigFile.of(java.util.Map.of("XDG_CONFIG_HOME", "/x")).path())
        .hasToString("/x/hostler/config.toml");
  }
}
