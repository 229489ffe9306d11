package dev.hostler.trust.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {
  @Test
  void ordersAsSemVerSays() {
    // The example of section 11, and what lies around it.
    List<Version> ordered =
        List.of(
                "0.9.9",
                "1.0.0-0",
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-alpha.beta",
                "1.0.0-beta",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0-rc.1",
                "1.0.0",
                "1.0.0+a",
                "1.0.0+b",
                "1.0.1",
                "1.2.0",
                "1.10.0",
                "2.0.0",
                "11.0.0")
            .stream()
            .map(Version::parse)
            .toList();
    List<Version> shuffled = new ArrayList<>(ordered);
    Collections.shuffle(shuffled, new Random(1));
    Collections.sort(shuffled);
    assertThat(shuffled).isEqualTo(ordered);
    assertThat(Version.parse("1.0.0-rc.1").isPreRelease()).isTrue();
    assertThat(Version.parse("1.0.0").isPreRelease()).isFalse();
    assertThat(Version.parse("1.0.0")).isEqualTo(Version.parse("1.0.0"));
    assertThat(Version.parse("1.0.0").hashCode()).isEqualTo(Version.parse("1.0.0").hashCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "01.2.3",
        "1.2.3-",
        "1.2.3-01",
        "1.2.3-a..b",
        "1.2.3+",
        "v1.2.3",
        " 1.2.3",
        "1.2.3\n",
        "1.2.3-ä",
        "-1.2.3",
        "9999999999999999999.0.0",
        "1.0.0-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      })
  void refusesOtherForms(String text) {
    assertThatThrownBy(() -> Version.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MAJOR.MINOR.PATCH");
  }

  @Test
  void platformsByAnyUsualName() {
    assertThat(Platform.of("Linux", "x86_64")).hasToString("linux/amd64");
    assertThat(Platform.of("Linux", "aarch64")).hasToString("linux/arm64");
    assertThat(Platform.of("Linux", "riscv64")).hasToString("linux/riscv64");
    assertThat(Platform.current().os()).isEqualTo("linux");
    assertThat(new Platform("linux", "any").covers(new Platform("linux", "arm64"))).isTrue();
    assertThat(new Platform("linux", "any").covers(new Platform("plan9", "arm64"))).isFalse();
  }
}
