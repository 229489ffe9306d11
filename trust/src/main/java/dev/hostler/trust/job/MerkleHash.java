package dev.hostler.trust.job;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The hashing of RFC 9162 section 2.1.1 with SHA-256: leaves and inner nodes are hashed under
 * different prefixes, so that none can be passed off as the other. Not thread-safe.
 */
final class MerkleHash {
  static final int BYTES = 32;

  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  private final MessageDigest sha256;

  MerkleHash() {
    try {
      this.sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  byte[] leaf(String hostId) {
    sha256.update(LEAF);
    return sha256.digest(hostId.getBytes(StandardCharsets.UTF_8));
  }

  byte[] node(byte[] left, byte[] right) {
    sha256.update(NODE);
    sha256.update(left);
    return sha256.digest(right);
  }
}
