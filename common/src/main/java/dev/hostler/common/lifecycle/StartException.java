package dev.hostler.common.lifecycle;

/** A part of the program could not be started; those before it were stopped again. */
public final class StartException extends Exception {
  StartException(String part, Throwable cause) {
    super("cannot start " + part + ": " + cause.getMessage(), cause);
  }

  StartException(String part) {
    super("not starting " + part + ": the program is being stopped");
  }
}
