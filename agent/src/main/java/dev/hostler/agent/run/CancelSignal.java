package dev.hostler.agent.run;

import java.util.ArrayList;
import java.util.List;

/** Says once that an attempt is to be ended early. Thread-safe. */
public final class CancelSignal {
  private final List<Runnable> actions = new ArrayList<>();
  private boolean requested;

  /** Gives the signal; later calls do nothing. */
  public void request() {
    List<Runnable> now;
    synchronized (this) {
      if (requested) {
        return;
      }
      requested = true;
      now = List.copyOf(actions);
    }
    now.forEach(Runnable::run);
  }

  /** Was the signal given? */
  public synchronized boolean requested() {
    return requested;
  }

  /** Runs this when the signal is given; at once if it was. */
  public void onRequest(Runnable action) {
    synchronized (this) {
      if (!requested) {
        actions.add(action);
        return;
      }
    }
    action.run();
  }
}
