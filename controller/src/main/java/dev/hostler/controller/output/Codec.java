package dev.hostler.controller.output;

/** How the bytes of a chunk are encoded. */
public enum Codec {
  /** The bytes themselves. */
  IDENTITY(1),
  /** One Zstandard frame (RFC 8878). */
  ZSTD(2);

  private final int code;

  Codec(int code) {
    this.code = code;
  }

  /** Number in the database and on the wire. */
  public int code() {
    return code;
  }

  /**
   * The codec with that number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Codec of(int code) {
    return switch (code) {
      case 1 -> IDENTITY;
      case 2 -> ZSTD;
      default -> throw new IllegalArgumentException("no codec has the number " + code);
    };
  }
}
