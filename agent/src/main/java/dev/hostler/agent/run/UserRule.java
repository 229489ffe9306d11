package dev.hostler.agent.run;

import dev.hostler.agent.attempt.Authority;
import dev.hostler.agent.attempt.RefusedException;

/** Says as whom an operator may have the actions of a bundle run. Thread-safe. */
@FunctionalInterface
public interface UserRule {

  /**
   * May this bundle's action run as this user for this operator?
   *
   * @param user as the bundle declares it: "default", "root" or a name
   * @throws RefusedException POLICY if not
   */
  void requireUser(Authority authority, String bundle, String user) throws RefusedException;
}
