package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.cgroup.Cgroup;

/**
 * Hears of what happens in a run. Calls of one run come one after the other, from a thread of the
 * run's own, and should return soon. They are hints: the spool files are the truth, and a hint may
 * come late or stand for several events.
 */
public interface RunListener {
  /** Nobody listens. */
  RunListener NONE = new RunListener() {};

  /** The program was executed. */
  default void started() {}

  /** There is more in the stdout spool. */
  default void stdoutGrew() {}

  /** There is more in the stderr spool. */
  default void stderrGrew() {}

  /** There is more in the file of denied calls. */
  default void denied() {}

  /**
   * Nothing runs any more; the group is about to be removed, and can still be read if it is there.
   */
  default void emptied(Cgroup group) {}

  /** Nothing is left of the run; called before {@link SandboxedRun#ended()} completes. */
  default void ended(RunRecord runRecord) {}
}
