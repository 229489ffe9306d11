package dev.hostler.agent.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SystemdUnitsTest {
  private static final String UNIT = "ssh.service";

  @TempDir Path folder;
  private ScriptedHost host;
  private SystemdUnits units;

  @BeforeEach
  void script() throws Exception {
    host = new ScriptedHost(folder).systemd();
    units = new SystemdUnits(host.programs());
  }

  private void is(String file, String active) throws IOException {
    host.has("file", file).has("active", active);
  }

  @ParameterizedTest
  @CsvSource({
    "enabled,  active,   disabled, inactive",
    "disabled, inactive, enabled,  active",
    "enabled,  active,   masked,   inactive",
    "masked,   inactive, enabled,  active",
    "static,   active,   static,   failed",
    "static,   inactive, static,   activating",
  })
  void isMadeAsItWas(String file, String active, String newFile, String newActive)
      throws Exception {
    is(file, active);
    String then = units.read(UNIT);
    assertThat(then).isEqualTo(file + " " + active);
    is(newFile, newActive);
    units.restore(UNIT, then);
    assertThat(units.read(UNIT)).isEqualTo(then);
  }

  @Test
  void whatIsAsItWasIsNotTouched() throws Exception {
    is("enabled", "active");
    units.restore(UNIT, units.read(UNIT));
    assertThat(host.now("calls")).doesNotContain("start", "enable --");
  }

  @Test
  void aUnitThatDoesNotComeUpIsTold() throws Exception {
    is("enabled", "inactive");
    host.has("start", "failed");
    assertThatThrownBy(() -> units.restore(UNIT, "enabled active"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is \"enabled inactive\"");
  }

  @Test
  void aRefusalOfSystemctlIsPassedOn() throws Exception {
    is("masked", "inactive");
    host.program("systemctl-real", "").has("file", "static");
    host.program(
        "systemctl",
        "case $1 in show) printf 'LoadState=loaded\\nUnitFileState=enabled\\nActiveState=failed\\n' ;;"
            + " start) echo 'Job failed.'; exit 1 ;; esac\n");
    assertThatThrownBy(() -> units.restore(UNIT, "enabled active"))
        .hasMessageContaining("systemctl start -- ssh.service: Job failed.");
  }

  @Test
  void aUnitThatIsNotThereIsAState() throws Exception {
    is("", "inactive");
    host.has("load", "not-found");
    assertThat(units.read(UNIT)).isEqualTo("absent");
    units.restore(UNIT, "absent");
    host.has("load", "loaded");
    assertThatThrownBy(() -> units.restore(UNIT, "absent")).isInstanceOf(IOException.class);
  }

  @Test
  void withoutSystemdNothingCanBeTold() throws Exception {
    host.program("systemctl", "echo 'System has not been booted with systemd'; exit 1\n");
    assertThatThrownBy(() -> units.read(UNIT)).hasMessageContaining("has not been booted");
    host.program("systemctl", "exit 0\n");
    assertThatThrownBy(() -> units.read(UNIT)).hasMessageContaining("does not say");
  }
}
