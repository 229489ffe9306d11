package dev.hostler.agent.vault;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;

/** A key of this host, with which others are made: one for each file. */
final class VaultKey {
  static final int NAME_BYTES = 16;
  static final int BYTES = 32;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final String name;
  private final byte[] secret;
  private final Instant made;

  /**
   * @param name by which files tell with what they are encrypted: 32 hexadecimal digits
   */
  VaultKey(String name, byte[] secret, Instant made) {
    this.name = name;
    this.secret = secret.clone();
    this.made = made;
  }

  static VaultKey random(Instant now) {
    byte[] bytes = new byte[NAME_BYTES + BYTES];
    RANDOM.nextBytes(bytes);
    return new VaultKey(
        HexFormat.of().formatHex(bytes, 0, NAME_BYTES),
        java.util.Arrays.copyOfRange(bytes, NAME_BYTES, bytes.length),
        now);
  }

  String name() {
    return name;
  }

  byte[] secret() {
    return secret.clone();
  }

  Instant made() {
    return made;
  }
}
