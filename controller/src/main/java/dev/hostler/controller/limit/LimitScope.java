package dev.hostler.controller.limit;

/** Whom a policy is for. The codes are those of the contract and of the database. */
public enum LimitScope {
  /** Every attempt. */
  FLEET(1),
  /** Attempts of one bundle. */
  BUNDLE(2),
  /** Attempts on one host. */
  HOST(3);

  private final int code;

  LimitScope(int code) {
    this.code = code;
  }

  /** As stored and sent. */
  public int code() {
    return code;
  }

  /**
   * By its code.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static LimitScope of(int code) {
    for (LimitScope one : values()) {
      if (one.code == code) {
        return one;
      }
    }
    throw new IllegalArgumentException("no limit scope has the code " + code);
  }

  /** Who has set a limit, in words. */
  String policy() {
    return switch (this) {
      case FLEET -> "fleet policy";
      case BUNDLE -> "bundle policy";
      case HOST -> "host policy";
    };
  }
}
