package dev.hostler.controller.host;

/** Which hosts are meant. Thread-safe. */
@FunctionalInterface
public interface HostSelector {

  /** Is this host meant now? */
  boolean matches(Host host, boolean connected);

  /** Makes selectors from text. */
  @FunctionalInterface
  interface Compiler {
    /**
     * Compiles a selector.
     *
     * @param expression not empty
     * @throws SelectorException if it is none; the message has the column
     */
    HostSelector compile(String expression);
  }
}
