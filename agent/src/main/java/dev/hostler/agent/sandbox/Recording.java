package dev.hostler.agent.sandbox;

/** What of a program's permitted calls the supervisor looks at. It decides nothing by it. */
public enum Recording {
  /** Nothing. */
  NOTHING,
  /** Changes of files: those where nothing may be changed are told as denied. */
  WRITES,
  /**
   * Everything, in a tree where everything may be written, for a proposal of the smallest sandbox
   * that would do. Only for hosts that are there for it.
   */
  ALL
}
