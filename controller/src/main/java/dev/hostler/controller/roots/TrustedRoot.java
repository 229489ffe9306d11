package dev.hostler.controller.roots;

import dev.hostler.common.signing.Fingerprints;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Locale;

/**
 * A root that the controller knows.
 *
 * @param kind what it is trusted for
 * @param certificate a CA's
 * @param addedAt when it was added
 * @param addedBy operator who added it
 */
public record TrustedRoot(Kind kind, X509Certificate certificate, Instant addedAt, String addedBy) {
  /** What a root is trusted for; the numbers are those of trust.proto and of the database. */
  public enum Kind {
    /** Signers of bundles. */
    BUNDLE(1),
    /** Operators who sign jobs. */
    OPERATOR(2),
    /** Signers of the index. */
    INDEX(3);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** Number in the database and on the wire. */
    public int code() {
      return code;
    }

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind of root has the number " + code);
    }
  }

  /** SHA-256 of the certificate, in hex. */
  public String fingerprint() {
    return Fingerprints.sha256(certificate);
  }
}
