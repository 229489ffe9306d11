package dev.hostler.agent.attempt;

import dev.hostler.trust.limits.Limits;

/**
 * Limits that came with an attempt. They lower what else holds, never raise it.
 *
 * @param job what was signed with the job
 * @param policy what the controller says; nobody signed it, and it needs nobody's word: with it a
 *     controller can do no more than with a cancel
 */
public record Bounds(Limits job, Limits policy) {
  /** None. */
  public static final Bounds NONE = new Bounds(Limits.NONE, Limits.NONE);

  /**
   * @throws IllegalArgumentException if one is out of range
   */
  public Bounds {
    job.requireInRange();
    policy.requireInRange();
  }
}
