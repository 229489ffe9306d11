package dev.hostler.cli.trust;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** A certificate as people name it. */
final class Fingerprint {
  private Fingerprint() {}

  /** Of 64 hex digits, colons or not, or of the first certificate in a PEM file. */
  static String of(String text) {
    String hex = text.replace(":", "").toLowerCase(Locale.ROOT);
    if (hex.matches("[0-9a-f]{64}")) {
      return hex;
    }
    try {
      return Fingerprints.sha256(Pem.certificates(Path.of(text)).getFirst());
    } catch (IOException | SigningException e) {
      throw CliFailure.usage(
          text + ": neither a fingerprint (64 hex digits) nor a PEM file: " + e.getMessage());
    }
  }
}
