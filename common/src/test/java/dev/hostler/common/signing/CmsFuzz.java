package dev.hostler.common.signing;

import java.nio.charset.StandardCharsets;

/** Any bytes as a signature: one of the documented refusals, or a signer. */
public final class CmsFuzz {
  static final byte[] CONTENT = "{\"content\":1}".getBytes(StandardCharsets.UTF_8);

  private CmsFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    try {
      DetachedCms.Signer signer = DetachedCms.verify(CONTENT, input);
      KeyAlgorithm.of(signer.certificate().getPublicKey());
    } catch (SigningException e) {
      if (e.reason() == SigningException.Reason.UNTRUSTED || e.getMessage() == null) {
        throw new IllegalStateException("not a documented refusal", e);
      }
    }
  }
}
