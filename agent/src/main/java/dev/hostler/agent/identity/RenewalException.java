package dev.hostler.agent.identity;

/** The certificate was not renewed. The message is for people. */
public final class RenewalException extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean isFinal;

  /**
   * Says why.
   *
   * @param isFinal asking again is of no use as long as nobody does something about it
   */
  public RenewalException(boolean isFinal, String message, Throwable cause) {
    super(message, cause);
    this.isFinal = isFinal;
  }

  /** Says why; asking again may help. */
  public RenewalException(String message) {
    super(message);
    this.isFinal = false;
  }

  boolean isFinal() {
    return isFinal;
  }
}
