package dev.hostler.agent.sandbox;

/**
 * How many bytes of each output stream are kept; more is read and counted, not kept.
 *
 * @param stdoutBytes of stdout
 * @param stderrBytes of stderr
 */
public record OutputCaps(long stdoutBytes, long stderrBytes) {
  /**
   * @throws IllegalArgumentException if a number is negative
   */
  public OutputCaps {
    if (stdoutBytes < 0 || stderrBytes < 0) {
      throw new IllegalArgumentException(
          "sandbox: output caps " + stdoutBytes + ", " + stderrBytes + ": must not be negative");
    }
  }
}
