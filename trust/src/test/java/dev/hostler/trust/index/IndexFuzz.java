package dev.hostler.trust.index;

import java.util.Arrays;

/** Any bytes as an index statement: refused as documented, or the one text of what was read. */
public final class IndexFuzz {
  private IndexFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    try {
      if (!Arrays.equals(TrustIndex.read(input).canonicalJson(), input)) {
        throw new IllegalStateException("two texts stand for one index");
      }
    } catch (IndexException e) {
      // one of its refusals
    }
  }
}
