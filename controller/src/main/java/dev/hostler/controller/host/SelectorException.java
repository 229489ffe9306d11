package dev.hostler.controller.host;

import dev.hostler.controller.failure.RequestException;

/** A selector does not parse. */
public final class SelectorException extends RequestException {
  private final int column;

  /**
   * With a message that says what is wrong.
   *
   * @param column where in the expression, from 1
   */
  public SelectorException(String expression, int column, String message) {
    super(Kind.INVALID, "selector: " + shown(expression) + ": column " + column + ": " + message);
    this.column = column;
  }

  /** Where in the expression, from 1. */
  public int column() {
    return column;
  }
}
