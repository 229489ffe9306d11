package dev.hostler.controller.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.trust.bundle.Version;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrecedenceTest {
  /** In order, smallest first (semver.org, section 11, and more). */
  private static final List<String> ORDER =
      List.of(
          "0.0.1",
          "0.9.0",
          "0.10.0",
          "1.0.0-0",
          "1.0.0-2",
          "1.0.0-11",
          "1.0.0-11.1",
          "1.0.0-99999999999999999999",
          "1.0.0-alpha",
          "1.0.0-alpha.1",
          "1.0.0-alpha.beta",
          "1.0.0-alpha-beta",
          "1.0.0-alpha1",
          "1.0.0-beta",
          "1.0.0-beta.2",
          "1.0.0-beta.11",
          "1.0.0-rc.1",
          "1.0.0",
          "1.0.0+build",
          "1.0.1",
          "1.2.0",
          "1.10.0",
          "2.0.0-alpha",
          "2.0.0",
          "10.0.0",
          "999999999999999999.0.0");

  @Test
  void sortsAsTheVersionsDo() {
    for (String a : ORDER) {
      for (String b : ORDER) {
        assertThat(Integer.signum(Precedence.of(a).compareTo(Precedence.of(b))))
            .as("%s and %s", a, b)
            .isEqualTo(Integer.signum(ORDER.indexOf(a) - ORDER.indexOf(b)))
            .isEqualTo(Integer.signum(Version.parse(a).compareTo(Version.parse(b))));
      }
    }
  }
}
