package dev.hostler.controller.trust;

import dev.hostler.controller.failure.RequestException;

/** The fleet CA is not in a state for what was asked of it. */
public final class RotationException extends RequestException {
  private static final long serialVersionUID = 1;

  RotationException(String message) {
    super(Kind.FAILED_PRECONDITION, message);
  }
}
