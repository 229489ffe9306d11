package dev.hostler.controller.output;

/** Another transaction appended to the same stream first: begin again. */
public final class OutputCollisionException extends RuntimeException {
  OutputCollisionException(Throwable cause) {
    super("another writer appended to the same stream", cause);
  }
}
