package dev.hostler.agent.identity;

/** Roots of the fleet CA are not taken over. The message says why. */
public final class UntrustedRootsException extends Exception {
  private static final long serialVersionUID = 1;

  UntrustedRootsException(String message) {
    super(message);
  }
}
