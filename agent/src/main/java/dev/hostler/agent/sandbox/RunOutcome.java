package dev.hostler.agent.sandbox;

/** A run in one word. */
public enum RunOutcome {
  /** The program ended by itself, or could not be executed (126, 127). */
  EXITED,
  /** A signal that Hostler did not send ended it. */
  SIGNALED,
  /** The kernel killed for lack of memory, and the program did not succeed. */
  OUT_OF_MEMORY,
  /** Its time was up, and every process is gone. */
  TIMED_OUT,
  /** It was cancelled, and every process is gone. */
  CANCELLED,
  /** The sandbox could not be set up, or its supervisor died. */
  SANDBOX_FAILED
}
