package dev.hostler.agent.attempt;

/**
 * The end of one output stream.
 *
 * @param bytes its final length as kept
 * @param dropped bytes that were read or written but not kept
 */
public record StreamEnd(long bytes, long dropped) {
  /** A stream without a byte. */
  public static final StreamEnd EMPTY = new StreamEnd(0, 0);
}
