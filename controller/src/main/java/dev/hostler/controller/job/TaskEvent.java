package dev.hostler.controller.job;

/** What can happen to a task. */
sealed interface TaskEvent {

  /** The scheduler takes it for the next attempt. */
  record Claim() implements TaskEvent {}

  /** The assignment could not be sent: the host has certainly not seen it. */
  record Unsent() implements TaskEvent {}

  /** The host connected and does not hold the attempt. */
  record NotHeld() implements TaskEvent {}

  /** The host reports that the program was started. */
  record Started() implements TaskEvent {}

  /**
   * The host reports the end.
   *
   * @param result how
   */
  record Ended(AttemptResult result) implements TaskEvent {}

  /** An operator cancelled the job. */
  record Cancel() implements TaskEvent {}

  /** The job's expiry has passed. */
  record Expire() implements TaskEvent {}

  /**
   * Nobody can answer for it any more.
   *
   * @param why for people
   */
  record HostGone(String why) implements TaskEvent {}
}
