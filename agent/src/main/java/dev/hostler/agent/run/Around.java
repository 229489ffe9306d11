package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.bundle.BundleLease;
import dev.hostler.agent.sandbox.SandboxSpec;
import org.jspecify.annotations.Nullable;

/** What is done about a host's files around a run. Every step can be done again after a crash. */
interface Around {
  /**
   * The sandbox in which it is run.
   *
   * @throws RefusedException if there can be none
   */
  SandboxSpec sandbox(SandboxSpec declared) throws RefusedException;

  /**
   * Before it is started.
   *
   * @param bundle null: a command, which declares nothing
   * @throws RefusedException if that cannot be done: nothing may be started then
   */
  void before(Assignment assignment, @Nullable BundleLease bundle, SandboxSpec declared)
      throws RefusedException, InterruptedException;

  /** Nothing was started after all. */
  void unused(AttemptId id);

  /**
   * While it runs; also when an agent that was started again has found it.
   *
   * @param kill ends it at once; called at most once
   */
  Watch during(AttemptId id, Runnable kill);

  /** Something that is looked after until this is closed. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Once it has ended, and nothing of it is left.
   *
   * @param result how it ended
   * @return the same, with what was done
   */
  AttemptExecutor.Ended after(Assignment assignment, AttemptResult result)
      throws InterruptedException;
}
