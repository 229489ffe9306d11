package dev.hostler.trust.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.KeyAlgorithm;
import java.security.KeyPair;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KeptKeyTest {
  private static final KeyPair HOST = KeyAlgorithm.EC_P256.generate();
  private static final byte[] KEY = ContentKey.random();

  @Test
  void onlyItsHostOpensItForItsPurpose() throws Exception {
    byte[] wrapped = KeptKey.wrap(KEY, HOST.getPublic(), "host-1", "vault a");
    assertThat(wrapped).hasSize(KeptKey.WRAPPED_BYTES);
    assertThat(KeptKey.unwrap(wrapped, HOST, "host-1", "vault a")).isEqualTo(KEY);
    assertThatThrownBy(() -> KeptKey.unwrap(wrapped, HOST, "host-1", "vault b"))
        .isInstanceOf(SecretException.class)
        .hasMessageContaining("another sealing key");
    assertThatThrownBy(() -> KeptKey.unwrap(wrapped, HOST, "host-2", "vault a"))
        .isInstanceOf(SecretException.class);
    KeyPair other = KeyAlgorithm.EC_P256.generate();
    assertThatThrownBy(() -> KeptKey.unwrap(wrapped, other, "host-1", "vault a"))
        .isInstanceOf(SecretException.class);
    assertThatThrownBy(() -> KeptKey.unwrap(Arrays.copyOf(wrapped, 9), HOST, "host-1", "vault a"))
        .hasMessageContaining("9 bytes: expected are 113");
  }

  /** So no job can bring a key that is taken for the host's own, nor the other way round. */
  @Test
  void aJobsKeyIsNone() throws Exception {
    byte[] ofJob = WrappedKey.wrap(KEY, HOST.getPublic(), "host-1", "vault a");
    assertThatThrownBy(() -> KeptKey.unwrap(ofJob, HOST, "host-1", "vault a"))
        .isInstanceOf(SecretException.class);
    byte[] own = KeptKey.wrap(KEY, HOST.getPublic(), "host-1", "vault a");
    assertThatThrownBy(() -> WrappedKey.unwrap(own, HOST, "host-1", "vault a"))
        .isInstanceOf(SecretException.class);
  }

  @Test
  void anotherKindOfKeyIsRefused() {
    KeyPair rsa = KeyAlgorithm.RSA.generate();
    assertThatThrownBy(() -> KeptKey.wrap(KEY, rsa.getPublic(), "host-1", "x"))
        .hasMessageContaining("not P-256");
  }
}
