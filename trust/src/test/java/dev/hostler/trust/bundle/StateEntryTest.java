package dev.hostler.trust.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateEntryTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "systemd:ssh.service",
        "systemd:getty@tty1.service",
        "sysctl:net.ipv4.ip_forward",
        "sysctl:net/ipv4/conf/eth0.7/forwarding",
        "package:libstdc++6",
        "package:libc6:amd64",
        "nftables"
      })
  void isWrittenAsItIsRead(String text) {
    assertThat(StateEntry.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "systemd",
        "systemd:",
        "systemd:ssh",
        "systemd:--now.service x",
        "systemd:a/b.service",
        "sysctl:kernel",
        "sysctl:net/../../etc/passwd",
        "sysctl:/etc/passwd",
        "package:-y",
        "package:a b",
        "nftables:",
        "nftables:x",
        "Nftables",
        "file:/etc/passwd"
      })
  void everythingElseIsRefused(String text) {
    assertThatThrownBy(() -> StateEntry.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "' is none of systemd:UNIT");
  }
}
