package dev.hostler.common.signing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class PinSourceTest {
  /** Builds have no terminal; nothing is waited for there. */
  @Test
  void withoutATerminalTheMessageSaysHowToGiveAPin() {
    assumeThat(System.getenv(PinSource.VARIABLE)).isNull();
    assertThatThrownBy(() -> PinSource.usual().pin("safe"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no PIN for the token safe")
        .hasMessageContaining("pin-source=file:")
        .hasMessageContaining("HOSTLER_PKCS11_PIN");
  }
}
