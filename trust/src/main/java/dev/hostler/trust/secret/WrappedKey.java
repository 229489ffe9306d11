package dev.hostler.trust.secret;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.secret.SecretException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Arrays;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/**
 * A job's content key, wrapped for one host's P-256 key: HPKE (RFC 9180) in base mode with
 * DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM; job and host id are bound as info. The
 * encapsulated key, then the ciphertext.
 */
final class WrappedKey {
  private static final int ENCAPSULATED = 65;
  static final int BYTES = ENCAPSULATED + ContentKey.BYTES + 16;
  private static final byte[] NONE = {};

  private WrappedKey() {}

  private static HPKE hpke() {
    return new HPKE(
        HPKE.mode_base, HPKE.kem_P256_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
  }

  static byte[] wrap(byte[] contentKey, PublicKey host, String hostId, String nonce)
      throws SecretException {
    return wrap(contentKey, host, ContentKey.bound("key", nonce, hostId), hostId);
  }

  /**
   * Wraps any key of 32 bytes.
   *
   * @param info what is bound to it
   */
  static byte[] wrap(byte[] contentKey, PublicKey host, byte[] info, String hostId)
      throws SecretException {
    requireP256(host, hostId);
    try {
      byte[][] sealed =
          hpke()
              .seal(
                  PublicKeyFactory.createKey(host.getEncoded()),
                  info,
                  NONE,
                  contentKey,
                  null,
                  null,
                  null);
      return ByteBuffer.allocate(BYTES).put(sealed[1]).put(sealed[0]).array();
    } catch (IOException | InvalidCipherTextException e) {
      throw new IllegalStateException("could not seal to a P-256 key", e);
    }
  }

  static byte[] unwrap(byte[] wrapped, KeyPair host, String hostId, String nonce)
      throws SecretException {
    if (wrapped.length == 0) {
      throw new SecretException(
          Reason.NO_KEY, "the job has sealed parameters and no key for this host to open them");
    }
    if (wrapped.length != BYTES) {
      throw new SecretException(
          Reason.MALFORMED,
          "the wrapped key has " + wrapped.length + " bytes: expected are " + BYTES);
    }
    requireP256(host.getPublic(), hostId);
    try {
      return open(wrapped, host, ContentKey.bound("key", nonce, hostId));
    } catch (IOException | InvalidCipherTextException | RuntimeException e) {
      // Also what a point that is not on the curve makes the library throw.
      throw new SecretException(
          Reason.CANNOT_OPEN,
          "the sealed parameters cannot be opened with the key that this host has now: it was"
              + " replaced since they were sealed, or they are for another job or host; submit the"
              + " job again");
    }
  }

  /** Unwraps; throws what the library throws. */
  static byte[] open(byte[] wrapped, KeyPair host, byte[] info)
      throws IOException, InvalidCipherTextException {
    return hpke()
        .open(
            Arrays.copyOf(wrapped, ENCAPSULATED),
            new AsymmetricCipherKeyPair(
                PublicKeyFactory.createKey(host.getPublic().getEncoded()),
                PrivateKeyFactory.createKey(host.getPrivate().getEncoded())),
            info,
            NONE,
            Arrays.copyOfRange(wrapped, ENCAPSULATED, BYTES),
            null,
            null,
            null);
  }

  static void requireP256(PublicKey key, String hostId) throws SecretException {
    try {
      if (KeyAlgorithm.of(key) == KeyAlgorithm.EC_P256) {
        return;
      }
    } catch (SigningException e) {
      // told below
    }
    throw new SecretException(
        Reason.UNUSABLE_KEY,
        "the key of host " + hostId + " is not P-256, to which parameters can be sealed");
  }
}
