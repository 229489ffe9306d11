package dev.hostler.controller.denial;

/**
 * How many calls of an attempt were denied, before and after a change.
 *
 * @param violationsBefore without routine ones
 * @param violations without routine ones
 * @param routineBefore routine ones
 * @param routine routine ones
 */
public record DeniedTotals(
    long violationsBefore, long violations, long routineBefore, long routine) {
  /** All together. */
  public long all() {
    return violations + routine;
  }

  /** Did violations reach this number just now? */
  boolean reached(long threshold) {
    return threshold > 0 && violationsBefore < threshold && violations >= threshold;
  }
}
