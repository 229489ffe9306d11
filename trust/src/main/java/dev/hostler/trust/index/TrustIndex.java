package dev.hostler.trust.index;

import dev.hostler.trust.bundle.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which bundle versions are good, and what was revoked, at one moment. Short-lived: who holds back
 * a newer one is found out when this expires. Immutable.
 *
 * @param number counts up; a host never goes back to a lower one
 * @param issued when it was made
 * @param expires nothing may be based on it after this
 * @param bundles every version that hosts may know, in order; one entry per name and version
 * @param revoked what must not be relied on
 */
public record TrustIndex(
    long number, Instant issued, Instant expires, List<BundleVersion> bundles, Revoked revoked) {
  /** Names the form of the statement. */
  public static final String FORMAT = "hostler.index/1";

  /** Most bytes of a statement: about 40,000 bundle versions. */
  public static final int MAX_BYTES = 6 << 20;

  /** The longest life that an index may have. */
  public static final Duration LONGEST_LIFE = Duration.ofDays(92);

  public TrustIndex {
    bundles = bundles.stream().sorted().toList();
  }

  /** The entry of a version; null if it is not listed. */
  public @Nullable BundleVersion find(String name, Version version) {
    for (BundleVersion one : bundles) {
      if (one.name().equals(name) && one.version().equals(version)) {
        return one;
      }
    }
    return null;
  }

  /** The one text that stands for it: canonical JSON (RFC 8785), what is signed. */
  public byte[] canonicalJson() {
    return IndexJson.write(this);
  }

  /**
   * Reads a statement. Only the canonical form of a statement that keeps all rules is read.
   *
   * @throws IndexException MALFORMED with every problem, or TOO_LARGE
   */
  public static TrustIndex read(byte[] json) throws IndexException {
    return IndexJson.read(json);
  }
}
