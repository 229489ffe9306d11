package dev.hostler.controller.job;

/** The state of a job, derived from its tasks. */
public enum JobState {
  /** Some task is not terminal. */
  RUNNING,
  /** All tasks succeeded. */
  SUCCEEDED,
  /** All tasks are terminal, some did not succeed, and nobody cancelled it. */
  FAILED,
  /** All tasks are terminal, some did not succeed, and it was cancelled. */
  CANCELLED
}
