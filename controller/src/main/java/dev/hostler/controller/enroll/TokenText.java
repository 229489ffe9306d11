package dev.hostler.controller.enroll;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The written form of a join token, "hst1.ID.SECRET.CA".
 *
 * @param id 16 hex digits
 * @param secret 256 random bits in base64url
 * @param caDigest SHA-256 of the fleet CA's certificate in base64url
 */
record TokenText(String id, String secret, String caDigest) {
  private static final Pattern FORM =
      Pattern.compile("hst1\\.([0-9a-f]{16})\\.([A-Za-z0-9_-]{43})\\.([A-Za-z0-9_-]{43})");
  private static final SecureRandom RANDOM = new SecureRandom();

  static TokenText make(String caDigest) {
    byte[] id = new byte[8];
    byte[] secret = new byte[32];
    RANDOM.nextBytes(id);
    RANDOM.nextBytes(secret);
    return new TokenText(
        HexFormat.of().formatHex(id),
        Base64.getUrlEncoder().withoutPadding().encodeToString(secret),
        caDigest);
  }

  static Optional<TokenText> parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    return matcher.matches()
        ? Optional.of(new TokenText(matcher.group(1), matcher.group(2), matcher.group(3)))
        : Optional.empty();
  }

  /** SHA-256 of the secret, in hex. */
  String secretHash() {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(secret.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The whole token, secret included. */
  String written() {
    return "hst1." + id + "." + secret + "." + caDigest;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "hst1." + id + ".***";
  }
}
