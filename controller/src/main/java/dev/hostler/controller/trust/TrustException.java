package dev.hostler.controller.trust;

/** The fleet CA cannot be used. */
public final class TrustException extends Exception {
  TrustException(String message) {
    super(message);
  }

  TrustException(String message, Throwable cause) {
    super(message, cause);
  }
}
