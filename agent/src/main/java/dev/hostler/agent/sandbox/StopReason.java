package dev.hostler.agent.sandbox;

/** Why a run was ended from outside, if it was. */
public enum StopReason {
  /** It was not. */
  NONE,
  /** Its time was up. */
  TIMEOUT,
  /** All its processes together have used up their CPU time. */
  CPU_TIME,
  /** Someone asked for it. */
  CANCELLED,
  /** Its cgroup was killed: at once by us, or by somebody else on the host. */
  KILLED,
  /** A system call was denied, and the first one was to end it. */
  DENIED
}
