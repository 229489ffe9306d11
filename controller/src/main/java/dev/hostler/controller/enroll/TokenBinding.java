package dev.hostler.controller.enroll;

import dev.hostler.common.config.AddressRange;
import dev.hostler.controller.failure.RequestException;
import java.util.Locale;
import java.util.Optional;

/**
 * Which hosts may join with a token.
 *
 * @param range addresses from which they may; empty: any
 * @param keyFingerprint SHA-256 of the one key that may (SubjectPublicKeyInfo in DER), in hex;
 *     empty: any
 * @param approve does each need an operator's approval?
 */
public record TokenBinding(
    Optional<AddressRange> range, Optional<String> keyFingerprint, boolean approve) {
  /** Whoever has the token. */
  public static final TokenBinding NONE =
      new TokenBinding(Optional.empty(), Optional.empty(), false);

  /**
   * Reads what an operator asked for.
   *
   * @param addressRange as {@link AddressRange#parse}; empty: any
   * @param keyFingerprint in hexadecimal, colons allowed; empty: any
   * @throws RequestException INVALID, naming the field
   */
  public static TokenBinding parse(String addressRange, String keyFingerprint, boolean approve) {
    return new TokenBinding(
        addressRange.isBlank()
            ? Optional.empty()
            : Optional.of(range("address_range", addressRange.strip())),
        keyFingerprint.isBlank()
            ? Optional.empty()
            : Optional.of(fingerprint("key_fingerprint", keyFingerprint)),
        approve);
  }

  /**
   * A range of addresses.
   *
   * @throws RequestException INVALID, naming the field
   */
  private static AddressRange range(String field, String text) {
    try {
      return AddressRange.parse(text);
    } catch (IllegalArgumentException e) {
      throw RequestException.invalid(field, text, String.valueOf(e.getMessage()));
    }
  }

  /**
   * A SHA-256 digest in lower-case hexadecimal.
   *
   * @throws RequestException INVALID, naming the field
   */
  static String fingerprint(String field, String text) {
    String digits = text.strip().replace(":", "").toLowerCase(Locale.ROOT);
    if (!digits.matches("[0-9a-f]{64}")) {
      throw RequestException.invalid(
          field, text, "write the 64 hexadecimal digits that `hostler-agent key` prints");
    }
    return digits;
  }
}
