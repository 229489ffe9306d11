package dev.hostler.controller.output;

import org.jspecify.annotations.Nullable;

/** Stored output does not decode: the host sent something else than it said. */
public final class CorruptOutputException extends RuntimeException {
  CorruptOutputException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
