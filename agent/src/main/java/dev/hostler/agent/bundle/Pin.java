package dev.hostler.agent.bundle;

/** Keeps a bundle on this host until it is closed. Thread-safe. */
public final class Pin implements AutoCloseable {
  private final Runnable release;
  private boolean closed;

  Pin(Runnable release) {
    this.release = release;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      release.run();
    }
  }
}
