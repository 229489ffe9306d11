package dev.hostler.agent.sandbox;

import java.io.IOException;

/** The sandbox could not be started, or an attempt's directory could not be read. */
public final class SandboxException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what failed
   */
  public SandboxException(String message) {
    super(message);
  }

  /**
   * @param message what failed
   * @param cause why
   */
  public SandboxException(String message, Throwable cause) {
    super(message, cause);
  }
}
