package dev.hostler.agent.sandbox;

/**
 * Limits that the kernel enforces and does not count. The supervisor looks from time to time,
 * before it ends a program, and at the end, whether one has been reached: a short moment can escape
 * it.
 *
 * @param tmpFull how often the private /tmp was seen full
 * @param filesFull how often a process was seen with all descriptors that it may have
 * @param tmpPeakBytes the most that was seen in the private /tmp
 */
public record LimitMarks(long tmpFull, long filesFull, long tmpPeakBytes) {
  /** None was seen. */
  public static final LimitMarks NONE = new LimitMarks(0, 0, 0);
}
