package dev.hostler.controller.revocation;

import java.time.Instant;
import java.util.regex.Pattern;

/**
 * Something that is revoked or yanked.
 *
 * @param kind what it is
 * @param value which, in the form of its kind
 * @param reason why, for people
 * @param at when
 * @param by operator who did it
 */
public record Revocation(Kind kind, String value, String reason, Instant at, String by) {

  /** What can be revoked; the numbers are those of index.proto and of the database. */
  public enum Kind {
    /** A certificate, by its SHA-256. */
    CERTIFICATE(1, "[0-9a-f]{64}", "give the SHA-256 of the certificate, 64 lower-case hex digits"),
    /** An operator, by name. */
    OPERATOR(2, "[^\\p{Cntrl}]{1,128}", "give the operator's name"),
    /** A bundle version for good, by the SHA-256 of its manifest. */
    BUNDLE(3, "[0-9a-f]{64}", "give the SHA-256 of the manifest, 64 lower-case hex digits"),
    /** A bundle version until the yank is lifted, by the SHA-256 of its manifest. */
    YANK(4, "[0-9a-f]{64}", "give the SHA-256 of the manifest, 64 lower-case hex digits");

    private final int code;
    private final Pattern form;
    private final String fix;

    Kind(int code, String form, String fix) {
      this.code = code;
      this.form = Pattern.compile(form);
      this.fix = fix;
    }

    /** Number in the database and on the wire. */
    public int code() {
      return code;
    }

    boolean takes(String value) {
      return form.matcher(value).matches();
    }

    String fix() {
      return fix;
    }

    static Kind of(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind of revocation has the number " + code);
    }
  }
}
