package dev.hostler.controller.checkpoint;

/**
 * How a host stands by a checkpoint.
 *
 * @param row what is known
 * @param state in a word
 * @param message why the host does not have it; empty if it has, or may still get it
 */
public record Standing(CheckpointHost row, State state, String message) {
  /** In a word. The numbers are those of checkpoint.proto. */
  public enum State {
    /** A job that makes it has not ended there. */
    PENDING(1),
    /** The host has it. */
    KEPT(2),
    /** The host does not have it. */
    MISSING(3);

    private final int code;

    State(int code) {
      this.code = code;
    }

    /** Number on the wire. */
    public int code() {
      return code;
    }
  }
}
