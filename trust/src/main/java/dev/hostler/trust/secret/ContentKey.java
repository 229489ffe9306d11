package dev.hostler.trust.secret;

import dev.hostler.trust.secret.SecretException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The one key of a job, AES-256-GCM: each value apart, bound to the job and its own name. */
final class ContentKey {
  static final int BYTES = 32;

  private static final int IV_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] key;
  private final String nonce;

  /**
   * @param nonce of the job
   */
  ContentKey(byte[] key, String nonce) {
    this.key = key.clone();
    this.nonce = nonce;
  }

  static byte[] random() {
    byte[] key = new byte[BYTES];
    RANDOM.nextBytes(key);
    return key;
  }

  /** IV, ciphertext and tag. */
  byte[] seal(String name, byte[] value) {
    byte[] iv = new byte[IV_BYTES];
    RANDOM.nextBytes(iv); // of a key that is used for one job's few values
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, name, iv).doFinal(value);
      return ByteBuffer.allocate(iv.length + sealed.length).put(iv).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  byte[] open(String name, byte[] sealed) throws SecretException {
    if (sealed.length < IV_BYTES + TAG_BITS / 8) {
      throw new SecretException(Reason.MALFORMED, "the sealed parameter " + name + " is too short");
    }
    byte[] iv = java.util.Arrays.copyOf(sealed, IV_BYTES);
    try {
      return cipher(Cipher.DECRYPT_MODE, name, iv)
          .doFinal(sealed, IV_BYTES, sealed.length - IV_BYTES);
    } catch (AEADBadTagException e) {
      throw new SecretException(
          Reason.CANNOT_OPEN,
          "the sealed parameter " + name + " was not sealed for this job under this name");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  private Cipher cipher(int mode, String name, byte[] iv) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, iv));
    cipher.updateAAD(bound("value", nonce, name));
    return cipher;
  }

  /** Unambiguous: none of the parts can hold a zero byte. */
  static byte[] bound(String what, String nonce, String name) {
    return String.join("\0", SealedParameters.FORMAT, what, nonce, name)
        .getBytes(StandardCharsets.UTF_8);
  }
}
