package dev.hostler.agent.sandbox;

/**
 * What was declared cannot be enforced on this host, or must not be. Nothing was started: work is
 * refused, never run with less than was declared.
 */
public final class SandboxUnsupportedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param field what was declared, in words of the manifest
   * @param value the declared value
   * @param reason why not, and what would be accepted
   */
  public SandboxUnsupportedException(String field, Object value, String reason) {
    super("sandbox: " + field + " " + value + ": " + reason);
  }
}
