package dev.hostler.agent.bundle;

import java.time.Duration;

/**
 * What the cache keeps.
 *
 * @param largestBytes of one bundle file
 * @param cacheBytes of all unused bundles together, packed and unpacked
 * @param unusedFor how long a bundle is kept after its last use
 * @param patience how long a fetch goes on without a byte
 */
public record BundleSettings(
    long largestBytes, long cacheBytes, Duration unusedFor, Duration patience) {
  /** The usual values. */
  public static final BundleSettings USUAL =
      new BundleSettings(1L << 30, 2L << 30, Duration.ofDays(30), Duration.ofMinutes(5));
}
