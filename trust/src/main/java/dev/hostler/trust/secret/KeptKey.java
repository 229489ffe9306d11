package dev.hostler.trust.secret;

import dev.hostler.trust.secret.SecretException.Reason;
import java.io.IOException;
import java.security.KeyPair;
import java.security.PublicKey;
import org.bouncycastle.crypto.InvalidCipherTextException;

/**
 * A key of 32 bytes that a host keeps for itself, wrapped for its sealing key: in the same way as a
 * job's, but bound to what it is for, so that neither opens as the other.
 */
public final class KeptKey {
  /** Bytes of a wrapped key. */
  public static final int WRAPPED_BYTES = WrappedKey.BYTES;

  private KeptKey() {}

  private static byte[] info(String purpose, String hostId) {
    return ContentKey.bound("kept", purpose, hostId);
  }

  /**
   * Wraps a key.
   *
   * @param purpose what for, without a zero byte
   * @throws SecretException if the host's key is not P-256
   */
  public static byte[] wrap(byte[] key, PublicKey host, String hostId, String purpose)
      throws SecretException {
    return WrappedKey.wrap(key, host, info(purpose, hostId), hostId);
  }

  /**
   * The key that was wrapped.
   *
   * @throws SecretException if it was not wrapped for this host, its key of now, and this purpose
   */
  public static byte[] unwrap(byte[] wrapped, KeyPair host, String hostId, String purpose)
      throws SecretException {
    if (wrapped.length != WRAPPED_BYTES) {
      throw new SecretException(
          Reason.MALFORMED,
          "a wrapped key has " + wrapped.length + " bytes: expected are " + WRAPPED_BYTES);
    }
    try {
      return WrappedKey.open(wrapped, host, info(purpose, hostId));
    } catch (IOException | InvalidCipherTextException | RuntimeException e) {
      throw new SecretException(
          Reason.CANNOT_OPEN,
          "it was wrapped for another sealing key than this host has now (the host enrolled anew,"
              + " or its key was replaced), or it is damaged",
          e);
    }
  }
}
