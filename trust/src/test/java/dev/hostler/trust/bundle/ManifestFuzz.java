package dev.hostler.trust.bundle;

import java.util.Arrays;

/** Any bytes as a manifest: refused as documented, or the one text of what was read. */
public final class ManifestFuzz {
  private ManifestFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    try {
      Manifest manifest = ManifestJson.read(input);
      if (!Arrays.equals(manifest.canonicalJson(), input)) {
        throw new IllegalStateException("two texts stand for one manifest");
      }
    } catch (TrustException e) {
      // one of its refusals
    }
  }
}
