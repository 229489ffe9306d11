package dev.hostler.controller.db;

/** The database could not be started, reached or migrated. */
public final class DatabaseException extends RuntimeException {

  /** With a message that says what failed and what to do. */
  public DatabaseException(String message) {
    super(message);
  }

  /** With a message that says what failed and what to do, and the cause. */
  public DatabaseException(String message, Throwable cause) {
    super(message, cause);
  }
}
