package dev.hostler.agent.bundle;

/** The bundle cannot be had, now or later. */
public final class BundleUnavailableException extends Exception {
  private static final long serialVersionUID = 1;

  /** With a message for people. */
  public BundleUnavailableException(String message) {
    super(message);
  }
}
