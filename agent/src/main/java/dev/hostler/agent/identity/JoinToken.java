package dev.hostler.agent.identity;

import java.util.Arrays;
import java.util.Base64;

/**
 * What a host joins a fleet with: "hst1.ID.SECRET.CA", where CA is the SHA-256 of the fleet CA's
 * certificate in base64url.
 *
 * @param text the whole token; a secret
 * @param id the part that is no secret
 * @param caDigest SHA-256 of the fleet CA's certificate, 32 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record JoinToken(String text, String id, byte[] caDigest) {
  /** Copies the digest. */
  public JoinToken {
    caDigest = caDigest.clone();
  }

  @Override
  public byte[] caDigest() {
    return caDigest.clone();
  }

  /**
   * Reads a token.
   *
   * @throws EnrolException USAGE if it is not one; the message does not repeat it
   */
  public static JoinToken parse(String text) throws EnrolException {
    String[] parts = text.strip().split("\\.", -1);
    if (parts.length != 4 || !parts[0].equals("hst1") || parts[1].isEmpty() || parts[2].isEmpty()) {
      throw new EnrolException(
          EnrolException.Kind.USAGE,
          "the join token is not of the form hst1.ID.SECRET.CA: copy all of what `hostler token"
              + " create` printed");
    }
    try {
      byte[] digest = Base64.getUrlDecoder().decode(parts[3]);
      if (digest.length == 32) {
        return new JoinToken(text.strip(), parts[1], digest);
      }
    } catch (IllegalArgumentException _) {
      // said below
    }
    throw new EnrolException(
        EnrolException.Kind.USAGE,
        "the last part of the join token is not a SHA-256 digest in base64url: it was cut off or"
            + " changed");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof JoinToken token && token.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "hst1." + id + ".(secret) " + Arrays.hashCode(caDigest);
  }
}
