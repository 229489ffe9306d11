package dev.hostler.agent.state;

import java.io.IOException;

/** How one kind of state is read and brought back. Implementations are thread-safe. */
interface StateKind {
  /**
   * How it is now: one text, the same for the same state.
   *
   * @throws IOException if that cannot be told; the message is for people
   */
  String read(String name) throws IOException, InterruptedException;

  /**
   * Makes it as it was.
   *
   * @param value what {@link #read} gave
   * @throws IOException if that cannot be done; the message is for people
   */
  void restore(String name, String value) throws IOException, InterruptedException;
}
