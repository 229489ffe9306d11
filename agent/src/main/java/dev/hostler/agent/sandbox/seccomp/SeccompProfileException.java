package dev.hostler.agent.sandbox.seccomp;

/** A seccomp profile that cannot be enforced as it is written. */
public final class SeccompProfileException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message the place in the profile, the value, and the fix
   */
  public SeccompProfileException(String message) {
    super("seccomp profile: " + message);
  }
}
