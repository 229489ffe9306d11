package dev.hostler.controller.failure;

import org.jspecify.annotations.Nullable;

/**
 * A request is turned down. The message is for the one who asked: it names the field, the value and
 * the fix, and holds no secret. Features make their own kinds by extending it.
 */
public class RequestException extends RuntimeException {
  private static final int SHOWN = 80;

  private final Kind kind;

  /** Which sort of problem; each port has its own code for it. */
  public enum Kind {
    /** A field is malformed. */
    INVALID,
    /** Something that is named does not exist. */
    NOT_FOUND,
    /** Something of that name is there already. */
    ALREADY_EXISTS,
    /** Well-formed, but not in this state. */
    FAILED_PRECONDITION,
    /** The caller did not prove who it is. */
    UNAUTHENTICATED,
    /** The caller may not do this. */
    PERMISSION_DENIED,
    /** Past the end of something. */
    OUT_OF_RANGE,
    /** Ended because something newer took its place. */
    ABORTED,
    /** A limit is reached. */
    EXHAUSTED,
    /** Not now; try again. */
    UNAVAILABLE
  }

  /** With a message for the caller. */
  public RequestException(Kind kind, String message) {
    this(kind, message, null);
  }

  /** With a message for the caller and a cause for the log. */
  public RequestException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** A field that is malformed. */
  public static RequestException invalid(String field, Object value, String fix) {
    return new RequestException(Kind.INVALID, field + ": " + shown(value) + ": " + fix);
  }

  /** Something that does not exist. */
  public static RequestException notFound(String field, Object value, String fix) {
    return new RequestException(Kind.NOT_FOUND, field + ": " + shown(value) + ": " + fix);
  }

  /** Which sort of problem it is. */
  public Kind kind() {
    return kind;
  }

  /** A value in quotes, not longer than a line. */
  public static String shown(Object value) {
    String text = String.valueOf(value);
    return "\"" + (text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...") + "\"";
  }
}
