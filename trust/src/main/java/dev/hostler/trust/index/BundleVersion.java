package dev.hostler.trust.index;

import dev.hostler.trust.bundle.Version;
import java.util.Comparator;

/**
 * A version of a bundle that the index knows. Immutable. Ordered by name, then version.
 *
 * @param name of the bundle
 * @param version its version
 * @param manifest SHA-256 of its manifest, 64 lower-case hex digits
 * @param yanked true if it must not be run any more
 */
public record BundleVersion(String name, Version version, String manifest, boolean yanked)
    implements Comparable<BundleVersion> {
  private static final Comparator<BundleVersion> ORDER =
      Comparator.comparing(BundleVersion::name)
          .thenComparing(BundleVersion::version)
          .thenComparing(BundleVersion::manifest)
          .thenComparing(BundleVersion::yanked);

  @Override
  public int compareTo(BundleVersion other) {
    return ORDER.compare(this, other);
  }
}
