package dev.hostler.agent.vault;

import java.io.IOException;

/** Wraps keys so that only this host can use them. */
public interface HostWrap {
  /**
   * Wraps a key.
   *
   * @param purpose what for; the same is needed to unwrap it
   */
  byte[] wrap(byte[] key, String purpose);

  /**
   * The key that was wrapped.
   *
   * @throws IOException if it was wrapped for another host or purpose, or altered
   */
  byte[] unwrap(byte[] wrapped, String purpose) throws IOException;
}
