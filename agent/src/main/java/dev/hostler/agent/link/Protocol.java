package dev.hostler.agent.link;

/** The versions of the protocol that this agent speaks. */
final class Protocol {
  /** Oldest. */
  static final int MIN = 1;

  /** Newest. */
  static final int MAX = 1;

  private Protocol() {}
}
