package dev.hostler.agent.identity;

import java.io.IOException;
import java.util.function.UnaryOperator;

/** The identity that counts now, on disk and in memory. Thread-safe. */
public final class CurrentIdentity {
  private final IdentityStore store;
  private volatile Identity current;

  /** With what {@code store} holds. */
  public CurrentIdentity(IdentityStore store, Identity current) {
    this.store = store;
    this.current = current;
  }

  /** The identity. */
  public Identity get() {
    return current;
  }

  /**
   * Replaces it: on disk first, so that nothing is used that a crash would take away.
   *
   * @param change gives an equal one back if nothing is to change
   * @throws IOException if it could not be written: then the old one still counts
   */
  synchronized void replace(UnaryOperator<Identity> change) throws IOException {
    Identity changed = change.apply(current);
    if (!changed.equals(current)) {
      store.write(changed);
      current = changed;
    }
  }
}
