package dev.hostler.agent.sandbox;

/** How a run ended. */
public sealed interface RunEnd {
  /**
   * By itself.
   *
   * @param code 0 to 255
   */
  record Exited(int code) implements RunEnd {}

  /**
   * By a signal, whoever sent it.
   *
   * @param signal its number
   */
  record Signaled(int signal) implements RunEnd {}

  /**
   * The sandbox could not be set up, or the program could not be executed.
   *
   * @param stage the step that failed
   * @param errno the kernel's error number; 0 when there is none
   * @param message for people
   */
  record NotStarted(String stage, int errno, String message) implements RunEnd {}

  /**
   * The supervisor ended without a record; whatever it ran was killed.
   *
   * @param message for people
   */
  record SupervisorDied(String message) implements RunEnd {}
}
