package dev.hostler.agent.sandbox.cgroup;

/** The host's control groups cannot enforce what was asked for. */
public final class CgroupUnsupportedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is missing, where it was looked for, and what helps
   */
  public CgroupUnsupportedException(String message) {
    super(message);
  }
}
