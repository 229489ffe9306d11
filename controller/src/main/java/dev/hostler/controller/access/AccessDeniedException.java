package dev.hostler.controller.access;

import dev.hostler.controller.failure.RequestException;

/** An operator may not do what was asked; the message says what is missing and how to get it. */
public final class AccessDeniedException extends RequestException {
  private static final long serialVersionUID = 1L;

  AccessDeniedException(String message) {
    super(Kind.PERMISSION_DENIED, message);
  }
}
