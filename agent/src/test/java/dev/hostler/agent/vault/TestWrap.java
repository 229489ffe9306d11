package dev.hostler.agent.vault;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.secret.KeptKey;
import dev.hostler.trust.secret.SecretException;
import java.io.IOException;
import java.security.KeyPair;

/** Wraps for a sealing key that only this has. */
public final class TestWrap implements HostWrap {
  private final KeyPair pair = KeyAlgorithm.EC_P256.generate();

  @Override
  public byte[] wrap(byte[] key, String purpose) {
    try {
      return KeptKey.wrap(key, pair.getPublic(), "host-1", purpose);
    } catch (SecretException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public byte[] unwrap(byte[] wrapped, String purpose) throws IOException {
    try {
      return KeptKey.unwrap(wrapped, pair, "host-1", purpose);
    } catch (SecretException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
