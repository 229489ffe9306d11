package dev.hostler.agent.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key of one file: ChaCha20-Poly1305 (RFC 8439), under a key that is made from a salt and from
 * what the file is. crypt.c of hostler-snapshot has the form. Not thread-safe.
 */
final class FileCipher {
  /** With what the line begins that stands before what is encrypted. */
  static final String MARK = "encrypted ";

  /** Bytes of that line. */
  static final int LINE = 108;

  /** Most bytes of a chunk before it is encrypted. */
  static final int CHUNK = 64 << 10;

  /** Bytes by which a chunk grows. */
  static final int MORE = 28;

  private static final int NAME = 2 * VaultKey.NAME_BYTES;
  private static final int NONCE = 12;
  private static final int SALT = 32;
  private static final byte[] FORM = "hostler-encrypted-1\0".getBytes(StandardCharsets.US_ASCII);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKeySpec key;
  private final String line;
  private long next;

  private FileCipher(VaultKey with, byte[] salt, String what) {
    this.line = MARK + with.name() + " " + HexFormat.of().formatHex(salt) + "\n";
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(with.secret(), "HmacSHA256"));
      mac.update(FORM);
      mac.update(salt);
      this.key = new SecretKeySpec(mac.doFinal(what.getBytes(StandardCharsets.UTF_8)), "ChaCha20");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC", e);
    }
  }

  /** Of a new file. */
  static FileCipher fresh(VaultKey key, String what) {
    byte[] salt = new byte[SALT];
    RANDOM.nextBytes(salt);
    return new FileCipher(key, salt, what);
  }

  /** The name of the key in a line. */
  static String keyName(String line) {
    return line.substring(MARK.length(), MARK.length() + NAME);
  }

  /** Of a file that has this line. */
  static FileCipher of(String line, VaultKey key, String what) throws IOException {
    int space = MARK.length() + NAME;
    try {
      if (line.charAt(space) != ' ' || line.charAt(LINE - 1) != '\n') {
        throw new IllegalArgumentException("no line");
      }
      return new FileCipher(key, HexFormat.of().parseHex(line, space + 1, LINE - 1), what);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException(what + " is damaged: \"" + line.strip() + "\"", e);
    }
  }

  String line() {
    return line;
  }

  private static byte[] bound(long at, boolean last) {
    return ByteBuffer.allocate(9)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(at)
        .put((byte) (last ? 1 : 0))
        .array();
  }

  /**
   * A chunk.
   *
   * @param at where it stands in its file
   */
  byte[] encrypt(byte[] plain, int length, long at, boolean last) {
    byte[] nonce =
        ByteBuffer.allocate(NONCE).order(ByteOrder.LITTLE_ENDIAN).putLong(next++).array();
    try {
      Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
      cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(nonce));
      cipher.updateAAD(bound(at, last));
      byte[] chunk = java.util.Arrays.copyOf(nonce, length + MORE);
      cipher.doFinal(plain, 0, length, chunk, NONCE);
      return chunk;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has ChaCha20-Poly1305", e);
    }
  }

  /**
   * What a chunk was made of.
   *
   * @throws IOException if it is not what was encrypted there
   */
  byte[] decrypt(byte[] chunk, long at, boolean last) throws IOException {
    try {
      Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
      cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(chunk, 0, NONCE));
      cipher.updateAAD(bound(at, last));
      return cipher.doFinal(chunk, NONCE, chunk.length - NONCE);
    } catch (AEADBadTagException e) {
      throw new IOException("it is not what was encrypted: it was changed, or is damaged", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has ChaCha20-Poly1305", e);
    }
  }
}
